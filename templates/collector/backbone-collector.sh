#!/bin/sh
# A collector of signed audits on a Debian machine: nginx and a directory, nothing else. Run it as root, again after
# each change; what is there already stays.
#
#     sh backbone-collector.sh NAME [PORT]        NAME: name or address by which servers reach this machine
#
# /etc/backbone-collector/clients/REGION/SERVER.pem   certificates of the servers that may send; each is made by its
#                                          server and lies beside the inventory, in collector/clients/
# /etc/backbone-collector/server.pem, server.key      this machine's own certificate; made here where there is none
# /srv/backbone-reports/reports/REGION/SERVER/NUMBER-DIGEST/   what has arrived; nobody can overwrite or read it from
#                                          outside. On this machine: backbone report /srv/backbone-reports/reports
set -eu
umask 022
name=${1:-} port=${2:-8443}
here=/etc/backbone-collector store=/srv/backbone-reports
say() { printf '%s\n' "$*" >&2; }
case $name in
'' | *[!A-Za-z0-9.:-]*) say "usage: sh backbone-collector.sh NAME [PORT]: the name or address of this machine" && exit 2 ;;
esac
case $port in '' | *[!0-9]*) say "$port is no port" && exit 2 ;; esac
[ "$(id -u)" = 0 ] || { say "run it as root"; exit 2; }
lacking=
for tool in nginx openssl; do command -v $tool >/dev/null 2>&1 || lacking="$lacking $tool"; done
if [ -n "$lacking" ]; then
    apt-get -q -o DPkg::Lock::Timeout=600 update >/dev/null
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -qy install $lacking >/dev/null
fi

mkdir -p $here/clients
install -d -o www-data -g www-data -m 0750 $store $store/reports $store/incoming
if [ ! -s $here/server.pem ] || [ ! -s $here/server.key ]; then
    case $name in *[!0-9.:]*) alternative=DNS:$name ;; *) alternative=IP:$name ;; esac
    (umask 077 && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3652 \
        -subj "/CN=$name" -addext "subjectAltName=$alternative" -keyout $here/server.key.new -out $here/server.pem.new \
        2>/dev/null)
    chmod 0644 $here/server.pem.new
    mv $here/server.key.new $here/server.key
    mv $here/server.pem.new $here/server.pem
fi

# Each certificate by its own text and fingerprint: one that another has signed opens nothing.
: >$here/trusted.new
: >$here/names.new
for file in $here/clients/*.pem $here/clients/*/*.pem; do
    [ -f "$file" ] || continue
    place=${file#"$here"/clients/} && place=${place%.pem}
    case $place in .* | */.* | *[!A-Za-z0-9./_-]*) say "$file: only letters, digits, dots and dashes in its name" && exit 1 ;; esac
    if ! openssl x509 -in "$file" -noout -checkend 0 >/dev/null 2>&1; then
        say "$file: no certificate, or one that has ended; left out"
        continue
    fi
    print=$(openssl x509 -in "$file" -noout -fingerprint -sha1 | sed 's/.*=//; s/://g' | tr A-F a-f)
    if grep -q "^$print " $here/names.new; then
        say "$file: the same certificate as $(sed -n "s/^$print //p" $here/names.new)"
        exit 1
    fi
    openssl x509 -in "$file" >>$here/trusted.new
    printf '%s %s;\n' "$print" "$place" >>$here/names.new
done
if [ ! -s $here/names.new ]; then
    say "put the servers' certificates into $here/clients/REGION/ (collector/clients/*.pem beside their inventory)"
    exit 1
fi
mv $here/trusted.new $here/trusted.pem
mv $here/names.new $here/names.map

cat >/etc/nginx/conf.d/backbone-collector.conf.new <<NGINX
# Written by backbone-collector.sh: changes made here are undone when it runs again.
map \$ssl_client_fingerprint \$backbone_client {
    default "";
    include $here/names.map;
}
server {
    listen $port ssl;
    listen [::]:$port ssl;
    server_name _;
    server_tokens off;
    ssl_certificate $here/server.pem;
    ssl_certificate_key $here/server.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_tickets off;
    ssl_verify_client on;
    ssl_verify_depth 1;
    ssl_client_certificate $here/trusted.pem;
    client_max_body_size 16m;
    # In the same file system as the reports: what has arrived whole is moved there in one step.
    client_body_temp_path $store/incoming;
    location / {
        return 404;
    }
    # Where a server writes to is decided by its certificate, never by the address that it asks for.
    location ~ "^/[0-9]{5,9}-[0-9a-f]{8}/audit\.(dsse\.)?json\$" {
        root $store/reports/\$backbone_client;
        if (\$request_method != PUT) {
            return 405;
        }
        if (\$backbone_client = "") {
            return 403;
        }
        if (-e \$request_filename) {
            return 409;
        }
        dav_methods PUT;
        create_full_put_path on;
        dav_access user:rw group:r;
    }
}
NGINX
mv /etc/nginx/conf.d/backbone-collector.conf.new /etc/nginx/conf.d/backbone-collector.conf
nginx -t -q
if systemctl is-active --quiet nginx; then systemctl reload nginx; else systemctl enable --now --quiet nginx; fi
say "ready for $(wc -l <$here/names.map) servers. In the inventories of those who send:"
echo "backbone_audit_collector: https://$name:$port"
echo "backbone_audit_collector_ca: collector.pem     # the content of $here/server.pem"
