"""The commands that the facts ask, and nothing else: plain sh, read-only, the same from run to run.

Secrets stay on the server: no command prints a private key, a password or a token.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from checks import sql

# The firmware is asked for the clock only where neither the processor's name nor the kernel tells it.
MACHINE = r"""c=$(awk 'BEGIN {print "##os"} FNR == 1 {f++} f == 1 {print} f == 2 && /^MemTotal:/ {m=$2}
f == 3 && /^processor/ {n++} f == 3 && /^(model name|flags|Features)/ && !seen[$0]++ {c=c $0 "\n"}
END {print "##processors\n" n + 0 "\n##memory\n" m; printf "##cpu\n%s", c}' /etc/os-release /proc/meminfo /proc/cpuinfo)
f=/proc/sys/kernel/arch; printf '%s\n##architecture\n' "$c"
if [ -r $f ]; then read -r v <$f; echo "$v"; else uname -m; fi
f=/sys/devices/system/cpu/cpu0/cpufreq/base_frequency v=
echo '##base_frequency'; [ -r $f ] && read -r v <$f && echo "$v"
echo '##firmware'; case $v$c in [0-9]*|*@*[0-9]GHz*|*@*[0-9]\ GHz*) ;; *)
[ -e /sys/firmware/dmi/tables ] && dmidecode -t processor 2>/dev/null | grep -E 'Speed: [0-9]';; esac
f=/run/systemd/container; echo '##virtual'; if [ -s $f ]; then read -r v <$f; echo "$v"; else systemd-detect-virt; fi
echo '##disk'; for d in /var/lib/postgresql /var/lib; do [ -d $d ] && df -Pk $d && break; done
echo '##clock'; date +%s"""

# The packages that a control asks for, in dpkg's or rpm's list. dpkg-query reads the list of all packages in four times
# the time; it is asked where dpkg has not yet written everything into that list.
_ASKED = ("dnf-automatic", "unattended-upgrades")
PACKAGES = rf"""s=/var/lib/dpkg/status; set -- /var/lib/dpkg/updates/*
if [ -s $s ] && [ ! -e "$1" ]; then awk 'BEGIN {{RS=""}} /^Package: ({"|".join(_ASKED)})\n/ {{t="?"; v=""
n=split($0, l, "\n"); for (i=1; i <= n; i++) {{if (l[i] ~ /^Status: /) t=substr(l[i], 9)
if (l[i] ~ /^Version: /) v=substr(l[i], 10)}}
print substr(l[1], 10) "\t" v "\t" (t ~ /^install .* installed$/ ? "ii" : t)}}' $s
elif command -v dpkg-query >/dev/null
then dpkg-query -W -f='${{Package}}\t${{Version}}\t${{db:Status-Abbrev}}\n' {" ".join(_ASKED)} 2>/dev/null
else rpm -q --qf '%{{NAME}}\t%{{VERSION}}-%{{RELEASE}}\tii\n' {" ".join(_ASKED)} 2>/dev/null; fi; true"""

UNITS = (
    "apt-daily-upgrade.service",
    "apt-daily-upgrade.timer",
    "apt-daily.service",
    "apt-daily.timer",
    "auditd.service",
    "backbone-antivirus-scan.service",
    "backbone-antivirus-scan.timer",
    "backbone-audit-push.timer",
    "backbone-audit.service",
    "backbone-audit.timer",
    "backbone-backup-diff.service",
    "backbone-backup-diff.timer",
    "backbone-backup-full.service",
    "backbone-backup-full.timer",
    "backbone-backup-metrics.timer",
    "backbone-canary.timer",
    "backbone-drill-monthly.timer",
    "backbone-firewall.service",
    "backbone-gateway-reload.path",
    "backbone-mark.timer",
    "backbone-overdue.timer",
    "backbone-postgresql-tls.path",
    "backbone-reboot.timer",
    "backbone-sync-retention.service",
    "backbone-sync-retention.timer",
    "backbone-sync.service",
    "backbone-sync.timer",
    "backbone-vpn-expire.timer",
    "chrony.service",
    "clamav-clamonacc.service",
    "clamav-daemon.service",
    "clamav-freshclam.service",
    "nftables.service",
    "nginx.service",
    "prometheus-node-exporter.service",
    "rsyslog.service",
    "ssh.service",
    "ssh.socket",
    "systemd-journal-upload.service",
    "wg-quick@wg-backbone.service",
)
# Of these whom they tell is asked as well, and their last runs; how the last run of another one failed is told with the
# failed ones.
_WHOLE = (
    "backbone-antivirus-scan.service",
    "backbone-audit.service",
    "backbone-backup-diff.service",
    "backbone-backup-full.service",
    "backbone-sync-retention.service",
    "backbone-sync-retention.timer",
    "backbone-sync.service",
)
_PROPERTIES = (
    "Id,Names,LoadState,ActiveState,SubState,UnitFileState,Result,OnFailure,ExecMainExitTimestamp,LastTriggerUSec"
)
_MANAGER = "org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager"


def units(further: Iterable[str] = ()) -> str:
    """The question for all units at once, and for all that have failed.

    systemctl lets systemd tell all it knows of a unit, a millisecond each; so the many of which only the state is asked
    are told by one call of the bus, in systemctl's form. Whether they start at boot is told by what is linked into a
    target: a masked unit, or one that is gone, keeps its links and does not start.
    """
    whole = sorted({*_WHOLE, *further})
    brief = sorted({*UNITS} - {*whole})
    return rf"""systemctl show --no-pager --state=failed -p {_PROPERTIES} -- {" ".join(map(shlex.quote, whole))} '*'
r=$?; a='{" ".join(brief)}'
set -- /etc/systemd/system/*.wants/* /etc/systemd/system/*.requires/* /run/systemd/*/*.wants/* \
  /usr/lib/systemd/system/*.wants/*
busctl --no-pager call {_MANAGER} ListUnitsByNames as {len(brief)} $a | awk -F'"' -v a="$a" -v l=" $* " '
{{gsub(/\\"/, ""); n=split(a, asked, " ")
for (i=1; i <= n; i++) {{b=18 * (i - 1); if ($(b + 2) == "") exit 1
print "\nId=" $(b + 2) "\nNames=" $(b + 2) " " asked[i]
print "LoadState=" $(b + 6) "\nActiveState=" $(b + 8) "\nSubState=" $(b + 10)
print "UnitFileState=" ($(b + 6) != "loaded" ? $(b + 6) : index(l, "/" $(b + 2) " ") ? "enabled" : "disabled")}}}}
END {{if (!NR) exit 1}}' || r=1
exit $r"""


def other_unit(name: str) -> str:
    return f"systemctl show --no-pager -p {_PROPERTIES} -- {shlex.quote(name)}"


SOCKETS = "ss -H -lntup"
# Without the members of its sets: of a server that is open to strangers those are their addresses.
RULESET = "nft -j -t list ruleset"
SSHD = "sshd -T"
# Of a drill's record only what a control asks; it can be long. The last drill, and the last of a person that held.
DRILL = (
    "cd /var/lib/backbone/drill 2>/dev/null || exit 0; set --; for f in last.json person.json; do "
    '[ -r $f ] && set -- $@ $f; done; awk \'FILENAME == "person.json" && !p++ {print "##person"} '
    '/^  "(ok|operator|started_at)":/\' $@ </dev/null; true'
)

# Asked for systemd's opinion, a machine starts a daemon; chrony knows better where it answers.
TIME = (
    "echo '##chrony'; chronyc -n -c tracking 2>/dev/null && exit; "
    "echo '##timedate'; timedatectl show -p NTPSynchronized --value 2>/dev/null"
)
# Where rsyslog sends entries to: its older form with @, its newer one by the name of a module.
JOURNAL = (
    "read -r m </etc/machine-id; "
    "echo '##files'; for f in /var/log/journal/$m/*.journal; do [ -e $f ] && echo $f; done; "
    "echo '##settings'; grep -hsE '^ *(Storage|SystemMaxUse|MaxRetentionSec)=' "
    "/etc/systemd/journald.conf /etc/systemd/journald.conf.d/*.conf; "
    "echo '##forward'; if [ -e /etc/rsyslog.conf ]; then cat /etc/rsyslog.conf /etc/rsyslog.d/*.conf 2>/dev/null "
    "| grep -cE '^[^#]*([[:space:]]@@?[[:alnum:][]|\"om(fwd|relp)\")'; else echo 0; fi; "
    # How long ago systemd-journal-upload last noted how far it has come, in seconds; for one that never did, since when
    # it was told where to.
    "echo '##sent'; for s in /var/lib/private/systemd/journal-upload/state "
    "/etc/systemd/journal-upload.conf.d/backbone.conf; do "
    "[ -e $s ] && echo $(($(date +%s) - $(stat -c %Y $s))) && break; done; true"
)
# Of sudo's rules the first word of those that allow every command: a name, or a group after %. sudo itself reads no
# file there whose name holds a dot or ends in ~.
PEOPLE = (
    "echo '##passwd'; getent passwd | { k=; while IFS=: read -r n x u g c h s; do printf '%s\\n' \"$n:$u:$h:$s\"; "
    '[ -s "$h/.ssh/authorized_keys" ] && k="$k$h\n"; done; echo \'##keys\'; printf \'%s\' "$k"; }; '
    "set --; for f in /etc/sudoers /etc/sudoers.d/*; do case ${f##*/} in *.*|*~) ;; "
    '*) [ -f "$f" ] && set -- "$@" "$f";; esac; done; s=$(awk \''
    '/^[[:alnum:]%_]/ && /[)=: \t]ALL[ \t]*$/ && !/^(Defaults|[A-Za-z]+_Alias)/ && !seen[$1]++ {print $1}\' "$@" '
    "/dev/null 2>/dev/null); g='backbone-admins sudo wheel'; set -f; for n in $s; do case $n in %*) n=${n#%}; "
    'case " $g " in *" $n "*) ;; *) g="$g $n";; esac;; esac; done; '
    "echo '##sudoers'; printf '%s\\n' $s; echo '##group'; getent group $g; "
    # Of a password only whether there is one, never its hash.
    'echo \'##passwords\'; getent shadow | awk -F: -v d=$(($(date +%s) / 86400)) \'$8 != "" && $8 <= d {e=e $1 "\\n"} '
    '{print $1 ":" ($2 == "" ? "empty" : $2 ~ /^[!*]/ ? "locked" : "set")} END {printf "##expired\\n%s", e}\'; true'
)


def kernel(settings: Iterable[str], modules: Iterable[str]) -> str:
    """The kernel's settings (files below /proc/sys), what is loaded and may be, the audit rules' keys, /dev/shm.

    By grep and awk: the shell's own `read` asks letter by letter, and the kernel answers the first time only.
    """
    names = "|".join(modules)
    return rf"""f=/run/systemd/container
echo '##container'; if [ -s $f ]; then read -r v <$f; echo "$v"; else systemd-detect-virt --container; fi
echo '##writable'; [ -w /proc/sys/net/ipv4/conf/all/accept_redirects ] && echo yes
echo '##kernel'; cd /proc/sys; grep -sH '' {" ".join(settings)}
set --; for f in /proc/mounts /proc/modules /etc/modprobe.d/*.conf /usr/lib/modprobe.d/*.conf
do [ -r $f ] && set -- $@ $f; done
awk 'FILENAME == "/proc/mounts" && $2 == "/dev/shm" {{m=m $4 "\n"}}
FILENAME == "/proc/modules" && /^({names}) / {{l=l $0 "\n"}}
/^install[ \t]+({names})[ \t]+\/(usr\/)?bin\/(false|true)$/ && !seen[$2]++ {{b=b $2 "\n"}}
END {{printf "##shm\n%s##loaded\n%s##blocked\n%s", m, l, b}}' $@
echo '##audited'; command -v auditctl >/dev/null && auditctl -l 2>/dev/null | grep -oE '(-k |key=)[a-z]+' |
sed 's/^-k //; s/^key=//' | sort -u; true"""


# What waits to be installed. The stage patching keeps the list, with the time at which each first waited; where it has
# not, or something has changed since, apt is asked, which costs half a second of processor time.
# Where it is told no architecture, apt starts dpkg to learn of others.
PATCHES = r"""echo '##periodic'; apt-config -o APT::Architectures::=all dump APT::Periodic 2>/dev/null
echo '##stamps'; stat -c '%Y %n' /var/lib/apt/periodic/* /var/lib/apt/lists 2>/dev/null
n=0; for f in /var/lib/apt/lists/*_Packages*; do [ -e $f ] && n=$((n + 1)); done
echo '##lists'; echo $n
echo '##outstanding'; f=/var/lib/backbone/patching/outstanding
if [ -e $f ] && [ ! /var/lib/dpkg/status -nt $f ] && [ ! /var/lib/apt/lists -nt $f ]; then cat $f
else apt-get -s -q -o Debug::NoLocking=1 dist-upgrade 2>/dev/null | sed -n 's/^Inst /0 Inst /p'; fi
f=/run/reboot-required; echo '##reboot'; [ -e $f ] && stat -c '%Y' $f
f=/var/log/unattended-upgrades/unattended-upgrades.log; echo '##log'; [ -s $f ] && tail -n 3 $f
true"""

# Arrays and disks; asked of a machine of its own only: those of a virtual one belong to the machine beneath it.
DISKS = r"""echo '##arrays'; cat /proc/mdstat 2>/dev/null
echo '##lvm'; command -v lvs >/dev/null && lvs --noheadings -o vg_name,lv_name,segtype,lv_health_status 2>/dev/null
echo '##disks'; for d in /sys/block/*; do [ -e $d/device ] && [ "$(cat $d/removable)" = 0 ] && echo ${d##*/}; done
command -v smartctl >/dev/null || exit 0
echo '##smart'; for d in /sys/block/*; do [ -e $d/device ] && [ "$(cat $d/removable)" = 0 ] || continue
echo "disk ${d##*/}"; timeout 10 smartctl -H -A /dev/${d##*/} 2>/dev/null | grep -E \
  'overall-health|Health Status|Reallocated_Sect|Current_Pending|Offline_Uncorr|Critical Warning|Integrity Err|Used:'
done; true"""

WIREGUARD = (
    "echo '##link'; f=/sys/class/net/wg-backbone/flags; if [ -r $f ]; then read -r v <$f; "
    "[ $((v & 1)) = 1 ] && echo 'wg-backbone: UP' || echo 'wg-backbone: DOWN'; "
    "else ip -o link show dev wg-backbone 2>/dev/null; fi; "
    # Of a dump's first line, the server's own, the port alone: the private key is in it.
    "wg show wg-backbone dump 2>/dev/null | awk -F'\\t' 'NR == 1 {o=$3 \"\\n\"; next} "
    '{n=$4; gsub(/,/, " ", n); p=p $1 "\\t" n "\\n"; h=h $1 "\\t" $5 "\\n"} '
    'END {printf "##peers\\n%s##port\\n%s##handshakes\\n%s", p, o, h}\'; true'
)

SIGNATURES = (
    "echo '##files'; find /var/lib/clamav -maxdepth 1 -type f "
    r"\( -name '*.c[lv]d' -o -name '*.?db' -o -name '*.cud' \) -printf '%T@ %s %f\n' 2>/dev/null; "
    "echo '##scan'; cat /var/lib/backbone/metrics/antivirus.prom 2>/dev/null; true"
)
# The antivirus makers' test pattern, in two halves so that no scanner takes this file for an infected one.
_EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTI", "VIRUS-TEST-FILE!$H+H*")
EICAR = f"printf '%s%s' '{_EICAR[0]}' '{_EICAR[1]}' | clamdscan --no-summary -"

# Certificates are compared by their own text. Without a word of trust, openssl reads all of the system's authorities
# before it does anything: five times the time of the question.
_NO_TRUST = "SSL_CERT_FILE=/dev/null SSL_CERT_DIR=/dev/null"
CERTIFICATE = r"""cd /etc/backbone/tls 2>/dev/null || exit 0
export OPENSSL_CONF=/dev/null
trust='-CApath /etc/ssl/certs'; [ -s authority.pem ] && trust='-CAfile authority.pem'
{ SSL_CERT_FILE=/dev/null openssl x509 -in server.crt -noout -startdate -enddate -subject -issuer -pubkey -text
echo '##pair'; openssl pkey -in server.key -pubout
echo '##chain'; openssl verify -no_check_time $trust -untrusted server.crt server.crt 2>&1
echo '##key'; stat -c '%a %U %G' server.key; } | awk '/^##/ {at=$0}
FNR != NR && !f {f=1; at=""}
f {if (/BEGIN CERT/ && !leaf) {c=1; next} if (/END CERT/) c=0; if (c) leaf=leaf $0; next}
/BEGIN PUBLIC/ {k=""; p=1; next} /END PUBLIC/ {pair=pair k "\n"; p=0} p {k=k $0; next}
at == "##chain" || at == "##key" {rest=rest $0 "\n"}
at == "" && /^(notBefore|notAfter|subject|issuer)=|^ *DNS:/ {head=head $0 "\n"}
at == "" && /Public-Key|Public Key Algo|Signature Algo/ {s=s $0 "\n"}
END {print "##certificate"; printf "%sleaf=%s\n##strength\n%s##pair\n%s%s", head, leaf, s, pair, rest}' - server.crt"""


# What somebody says who speaks TLS 1.1 at most: the suites of that time, no name, the usual curves. Asked in this way
# it costs a shell; openssl takes ten times as long to start. Its first bytes tell: 22 and a version goes along.
_HELLO_SUITES = "c009 c00a c013 c014 0033 0039 0032 0038 002f 0035 000a c008 c012 0016 0005 00ff"


def _old_hello(fqdn: str) -> str:
    """A TLS 1.1 ClientHello for this server name, as printf writes it."""
    name, suites = fqdn.encode(), bytes.fromhex(_HELLO_SUITES)
    server = (len(name) + 3).to_bytes(2, "big") + b"\0" + len(name).to_bytes(2, "big") + name
    extensions = b"\0\0" + len(server).to_bytes(2, "big") + server
    extensions += bytes.fromhex("000a 0008 0006 001d 0017 0018") + bytes.fromhex("000b 0002 0100")
    body = b"\3\2" + bytes(range(32)) + b"\0" + len(suites).to_bytes(2, "big") + suites + b"\1\0"
    body += len(extensions).to_bytes(2, "big") + extensions
    hello = b"\1" + len(body).to_bytes(3, "big") + body
    record = b"\x16\3\1" + len(hello).to_bytes(2, "big") + hello
    return "".join(f"\\x{byte:02x}" for byte in record)


def _old(fqdn: str, place: str) -> str:
    """Says which version it is where a port (ADDRESS/PORT) goes along with TLS 1.1 or older; in bash, by file 3."""
    return (
        f"exec 3<>/dev/tcp/{place} && {{ printf '{_old_hello(fqdn)}' >&3; "
        'v=$(od -An -v -tx1 -N11 <&3); case $v in " 16 03 "*" 02 "*" 03 00") echo SSLv3;; '
        '" 16 03 "*" 02 "*" 03 01") echo TLSv1;; " 16 03 "*" 02 "*" 03 02") echo TLSv1.1;; esac; exec 3<&-; }'
    )


def gateway(fqdn: str) -> str:
    """What 443 and 80 answer: certificate, protocol, headers; and what 443 says to old protocols alone."""
    name = shlex.quote(fqdn)
    connect = f"{_NO_TRUST} timeout 5 openssl s_client -connect 127.0.0.1:443 -servername {name}"
    get = r"GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
    plain = (
        f"echo '##old'; {_old(fqdn, '127.0.0.1/443')} 2>/dev/null; echo '##http'; "
        f"exec 4<>/dev/tcp/127.0.0.1/80; printf '{get}' {name} >&4; "
        "while IFS= read -r line <&4; do case $line in $'\\r'|'') break;; esac; echo \"$line\"; done"
    )
    return rf"""export OPENSSL_CONF=/dev/null
printf '{get}' {name} | {connect} -ign_eof 2>/dev/null | {_SERVED}
timeout 8 bash -c {shlex.quote(plain)} 2>&1
true"""


# From what s_client says: the certificate's own text, the protocol, and the answer's head.
_SERVED = r"""awk '/BEGIN CERT/ && !leaf {c=1; next} /END CERT/ {c=0} c {leaf=leaf $0} /^HTTP\// {h=1}
/^New, TLSv/ && !p {p=$2; sub(/,/, "", p)} h {if (/^\r*$/) h=0; else head=head $0 "\n"}
END {print "##served"; if (leaf) print "leaf=" leaf; print "##protocol"; if (p) print p
print "##https"; printf "%s", head}'"""


def tls_ports(fqdn: str, ports: Iterable[int]) -> str:
    """What further ports answer to somebody who speaks TLS: certificate, verdict on it, protocol, oldest protocols.

    A port that listens at every address is asked at 127.0.0.1, another at each address of its own; the answer's section
    then names that as well. PostgreSQL tells its oldest protocol by its settings; it is not asked here.
    """
    name = shlex.quote(fqdn)
    asked = " ".join(str(port) for port in sorted(set(ports)))
    old = f"[ $p = 5432 ] || timeout 5 bash -c {shlex.quote(_old(fqdn, '$0/$1'))} $b $p 2>/dev/null"
    return rf"""export OPENSSL_CONF=/dev/null
t='-CApath /etc/ssl/certs'; [ -s /etc/backbone/tls/authority.pem ] && t='-CAfile /etc/backbone/tls/authority.pem'
ss -H -lnt | awk -v asked=' {asked} ' {_LISTENING} | while read -r p a b l; do
s=; [ $p = 5432 ] && s='-starttls postgres'; echo "##$p$l"
timeout 5 openssl s_client -connect $a:$p $s -servername {name} -verify_hostname {name} $t \
  </dev/null 2>/dev/null | {_TOLD} && {{ v=$({old}); [ -z "$v" ] || echo old=1; }}; done; true"""


# PORT, the address as openssl and as bash write it, and what the section is called besides the port.
_LISTENING = r"""'{p=$4; sub(/.*:/, "", p); if (!index(asked, " " p " ")) next
a=substr($4, 1, length($4) - length(p) - 1); sub(/%[^]]*/, "", a)
if (a == "*" || a == "0.0.0.0" || a == "[::]" || a == "127.0.0.1" || a == "[::1]") {any[p]=1; next}
b=a; gsub(/[][]/, "", b); own[p " " a " " b " @" b]=p}
END {for (p in any) print p, "127.0.0.1 127.0.0.1"; for (l in own) if (!any[own[l]]) print l}'"""


_TOLD = r"""awk '/BEGIN CERT/ && !leaf {c=1; next} /END CERT/ {c=0} c {leaf=leaf $0}
/^New, TLSv/ {p=$2; sub(/,/, "", p)} /^ *Verify return code: / {v=$0; sub(/^ *Verify return code: /, "", v)}
END {if (!leaf) exit 1; print "leaf=" leaf; print "protocol=" p; print "verify=" v}'"""


# Becomes another user without a session of its own: no fork, no entry in the journal.
_POSTGRES = "setpriv --reuid=postgres --regid=postgres --init-groups --reset-env -- "
# Two lines, the cluster's and the data's; where there is no such database yet, the cluster's alone.
# Debian's psql is a script that looks for the program: the program itself is asked first, of the newest version.
POSTGRESQL = (
    "b=; for f in /usr/lib/postgresql/*/bin/psql; do [ -x $f ] && b=$f; done; "
    f"p='{_POSTGRES}'; "
    f"$p ${{b:-psql}} -XAtq -d backbone -c {shlex.quote(sql.CLUSTER)} -c {shlex.quote(sql.DATA)} 2>/dev/null"
    f" || $p psql -XAtq -d postgres -c {shlex.quote(sql.CLUSTER)}"
)
PGBACKREST = _POSTGRES + "pgbackrest --log-level-console=off --output=json info"
# When WAL was dropped last, because the repository took none, what waits for a second repository, and how full the
# disks of repository and database are.
BACKUP_DISKS = r"""l=/var/log/pgbackrest/main-archive-push-async.log
echo '##dropped'; t=$(sed -n 's/^\([-0-9]* [0-9:]*\).*dropped WAL file.*/\1/p' $l.1 $l 2>/dev/null)
[ -z "$t" ] || date -d "${t##*
}" +%s
r=$(sed -n 's/^\(repo[0-9]*-\(type\|host\|path\)\)=/\1=/p' /etc/pgbackrest/pgbackrest.conf \
  /etc/pgbackrest/conf.d/*.conf 2>/dev/null)
echo '##repositories'; echo "$r"
f=/var/lib/backbone/archive-second/state; echo '##second'; [ -e $f ] && cat $f
f=/var/lib/backbone/state-backup/saved; [ ! -e $f ] || stat -c 'saved %Y' $f
set --; for d in $r repo1-path=/var/lib/postgresql
do case $d in repo1-path=*) [ -d "${d#*=}" ] && set -- "$@" "${d#*=}";; esac; done
echo '##disks'; [ $# = 0 ] || df -Pk "$@"; true"""
# The service writes its status down after every run, and with it the grant that it goes by.
SYNC_STATUS = "cat /var/lib/backbone/status/sync.json 2>/dev/null || /usr/local/bin/backbone-sync status --json"
SYNC_GRANT = """f=/var/lib/backbone/status/grant.json; c=/opt/backbone/sync/current
if [ -e $f ] && [ ! /etc/backbone/sync.toml -nt $f ] && [ ! /etc/backbone/grant.yml -nt $f ] && [ ! $c/release -nt $f ]
then cat $f; else /usr/local/bin/backbone-sync grant --json; fi"""

METRICS = (
    "echo '##files'; "
    # The metrics, the report that the server made of itself last, and since when it is set up to make any.
    "find /var/lib/backbone/metrics /var/lib/backbone/audit/reports /etc/backbone/audit -maxdepth 1 "
    r"\( -name '*.prom' -o -name audit.dsse.json -o -name client.pem \) -printf '%T@ %f\n' 2>/dev/null; "
    # Of all its collectors only the one for the stages' own metrics: the others take a tenth of a second.
    "echo '##exporter'; timeout 5 bash -c 'exec 3<>/dev/tcp/127.0.0.1/9100; "
    'printf "GET /metrics?collect[]=textfile HTTP/1.0\\r\\n\\r\\n" >&3; '
    'exec grep -E "^node_textfile_(scrape_error|mtime_seconds)" <&3\' 2>/dev/null; true'
)


def reach(host: str, port: int) -> str:
    """Can this server open a TCP connection there? Debian's bash can; nothing is sent."""
    target = shlex.quote(f"</dev/tcp/{host}/{port}")
    return f"timeout 5 bash -c {target}"


# What a machine in use may already carry; read by preflight alone.
CARRIED = r"""echo '##containers'
for c in docker podman; do command -v $c >/dev/null || continue
timeout 10 $c ps --format "$c\t{{.Names}}\t{{.Image}}\t{{.Ports}}"; done
command -v lxc-ls >/dev/null && lxc-ls --running -1 | sed 's/^/lxc\t/'
echo '##firewalls'
for u in ufw firewalld netfilter-persistent shorewall csf; do systemctl is-active --quiet $u && echo $u; done
command -v ufw >/dev/null && ufw status 2>/dev/null | sed -n 's/^Status: active/ufw/p'
command -v iptables-legacy-save >/dev/null && iptables-legacy-save 2>/dev/null | grep -c '^-A' | sed 's/^/legacy\t/'
echo '##clusters'; command -v pg_lsclusters >/dev/null && pg_lsclusters -h
for u in mariadb mysql mongod mssql-server; do systemctl is-active --quiet $u && echo "other $u.service"; done
echo '##panels'; for d in /usr/local/cpanel /usr/local/psa /usr/local/directadmin /www/server/panel /etc/webmin
do [ -e $d ] && echo $d; done
echo '##units'; for p in $(ss -H -lntup | grep -o 'pid=[0-9]*' | cut -d= -f2 | sort -u)
do echo "$p $(ps -o unit= -p $p)"; done
echo '##stages'; ls /var/lib/backbone/stamps 2>/dev/null
true"""
