"""What a provisioning leaves on a server, as text: two servers that were provisioned alike have equal portraits.

Left out is what rightly differs between two runs: keys, identities, times, counters, data, caches.
"""

from __future__ import annotations

from difflib import unified_diff

COMMAND = r"""
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
cd /
echo '== packages'; dpkg-query -W -f '${db:Status-Abbrev}${Package} ${Version}\n'
echo '== unit files'; systemctl list-unit-files --no-legend --plain | awk '$2 != "transient" {print $1, $2}' | sort
echo '== active'; systemctl list-units --no-legend --plain --state=active --type=service,socket,timer,path |
    awk '{print $1}' | grep -Ev '^(session-|user@|user-runtime-dir@|run-|apt-daily|dpkg-|man-db|logrotate|fstrim)' |
    grep -Ev '^backbone-(outstanding|rollback)' | sort
echo '== failed'; systemctl list-units --no-legend --plain --state=failed | awk '{print $1}' | sort
echo '== waiting'; systemctl list-units --all --no-legend --plain 'backbone-rollback*' | awk '{print $1}'
echo '== accounts'; getent passwd; getent group; passwd -S -a | awk '{print $1, $2}'
echo '== rules'; nft -s list ruleset
echo '== listening'; ss -H -ltn | awk '{print $4}' | sort -u
echo '== sudo'
for name in $(getent passwd | awk -F: '$3 >= 1000 {print $1}'); do sudo -n -l -U "$name" | tail -n +2; done
echo '== sshd'; sshd -T | sort
echo '== files'
find /etc /usr/local /opt/backbone /var/lib/backbone /srv/backbone -xdev \( \
    -path /opt/backbone/sync/releases -o -path /var/lib/backbone/stamps -o -path /var/lib/backbone/metrics \
    -o -path /var/lib/backbone/drill -o -path /var/lib/backbone/rollback -o -path /var/lib/backbone/sync \
    -o -path /var/lib/backbone/notify -o -path /etc/apparmor.d/cache \
    -o -path /etc/ssl/certs -o -path /srv/backbone/drop \) -prune -o -type f ! -name 'ssh_host_*' ! -name '*.pyc' \
    ! -path /etc/machine-id ! -path '/etc/*-' ! -path /etc/shadow ! -path /etc/gshadow ! -path /etc/ld.so.cache \
    ! -path /etc/.updated ! -path /etc/.pwd.lock ! -path /etc/chrony/chrony.keys ! -path '*/private/*' \
    ! -path '/etc/backbone/tls/*' ! -path '/etc/wireguard/*' ! -name 'public.key' ! -name 'private.key' \
    ! -name '.clamav-quarantine-lock.*' ! -path '/var/lib/backbone/patching/*' \
    ! -path '/var/lib/backbone/*/last*' -printf '%M %u:%g %p\n' | sort
find /etc -xdev -type f ! -name 'ssh_host_*' ! -path /etc/machine-id ! -path '/etc/*-' ! -path /etc/shadow \
    ! -path /etc/gshadow ! -path /etc/ld.so.cache ! -path /etc/.updated ! -path /etc/chrony/chrony.keys \
    ! -path '*/private/*' ! -path '/etc/backbone/tls/*' ! -path '/etc/wireguard/*' ! -path '/etc/ssl/*' \
    ! -path '/etc/apparmor.d/cache/*' ! -path '/etc/backbone/signers/*' -exec sha256sum {} + | sort -k2
echo '== links'
find /etc /opt/backbone -xdev -path /opt/backbone/sync/releases -prune -o -type l -printf '%p -> %l\n' | sort
echo '== folders'
find /opt/backbone /var/lib/backbone /srv/backbone /etc/backbone -xdev -maxdepth 3 \
    -path /opt/backbone/sync/releases -prune -o -type d -printf '%M %u:%g %p\n' |
    grep -Ev '/var/lib/backbone/(drill|rollback)/' | grep -Ev '/var/lib/backbone/notify(/|$)' |
    sort
echo '== database'
as() { runuser -u postgres -- psql -AtX -d "$1" -c "$2"; }
as postgres "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls, rolconfig
    FROM pg_roles ORDER BY 1"
as postgres "SELECT name, setting FROM pg_settings WHERE source IN ('configuration file', 'command line') ORDER BY 1"
as postgres "SELECT datname, pg_get_userbyid(datdba), datacl FROM pg_database ORDER BY 1"
as backbone "SELECT extname, extversion FROM pg_extension ORDER BY 1"
as backbone "SELECT nspname, pg_get_userbyid(nspowner), nspacl FROM pg_namespace WHERE nspname !~ '^pg_' ORDER BY 1"
as backbone "SELECT n.nspname, c.relname, c.relkind, pg_get_userbyid(c.relowner), c.relacl FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^(pg_|information_schema$)' ORDER BY 1, 2"
"""


def differences(before: str, after: str) -> str:
    """How two portraits differ, as a unified diff; "" where they do not."""
    return "\n".join(unified_diff(before.splitlines(), after.splitlines(), "undisturbed", "killed", n=0, lineterm=""))
