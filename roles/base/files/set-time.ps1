# Lets Windows Time ask these servers, and brings the running service in line each time (that is not a change).
# A member of a domain without servers of its own keeps the domain's clock.
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)]
    [string[]]$Servers
)

$ErrorActionPreference = 'Stop'
# 0x9: a client that asks at its own interval.
$wanted = @($Servers | ForEach-Object { $_ + ',0x9' }) -join ' '
$key = 'HKLM:\SYSTEM\CurrentControlSet\Services\W32Time\Parameters'
$present = Get-ItemProperty -LiteralPath $key
$Ansible.Changed = ($present.NtpServer -ne $wanted) -or ($present.Type -ne 'NTP')
if ($Ansible.CheckMode) { return }

& w32tm.exe /config "/manualpeerlist:$wanted" /syncfromflags:manual /update | Out-Null
if ($LASTEXITCODE -ne 0) { throw "w32tm /config ended with $LASTEXITCODE" }
