"""What the RHEL family (RHEL, Rocky, AlmaLinux, CentOS) calls what the checks name as Debian does, and its questions.

Asked on such servers only, so that what Debian and Ubuntu are asked stays as it is.
"""

from __future__ import annotations

SYSTEMS = ("rhel", "rocky", "almalinux", "centos", "ol")
# Debian's name of a unit -> this family's.
UNITS = {
    "chrony.service": "chronyd.service",
    "clamav-daemon.service": "clamd@scan.service",
    "ssh.service": "sshd.service",
}
AUTOMATIC = "dnf-automatic.timer"
AUTOMATIC_RUN = "dnf-automatic.service"
ASKED = (*UNITS.values(), AUTOMATIC, AUTOMATIC_RUN)

# As the question to apt, with the same sections. From what dnf has fetched already: nothing goes out. The stage
# patching keeps a list of what waits, since when; where it has not, or packages have changed since, dnf is asked for
# security updates alone.
PATCHES = r"""echo '##settings'
sed -n 's/[[:space:]]*=[[:space:]]*/=/; /^\(apply_updates\|upgrade_type\)=/p' /etc/dnf/automatic.conf 2>/dev/null
echo '##stamps'; stat -c '%Y %n' /var/lib/backbone/patching/updated 2>/dev/null
n=$(ls /var/cache/dnf 2>/dev/null | grep -c '[.]solv$'); f=/var/lib/backbone/patching/outstanding
if [ -e $f ] && [ ! /var/lib/rpm -nt $f ] && [ ! /usr/lib/sysimage/rpm -nt $f ]; then o=$(cat $f)
elif o=$(dnf -q -C updateinfo list --updates --security 2>/dev/null)
then o=$(printf '%s\n' "$o" | awk 'NF >= 3 {print "0 Inst", $NF, "(security)"}'); else n=0 o=; fi
echo '##lists'; echo $n; echo '##outstanding'; [ -z "$o" ] || printf '%s\n' "$o"
echo '##reboot'; stat -c '%Y' /run/reboot-required 2>/dev/null
true"""
