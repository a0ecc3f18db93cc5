# Managed by Backbone Daerah (stage firewall). With -Keep: exports all rules; without: imports them again.
[CmdletBinding()]
param([switch]$Keep)

$ErrorActionPreference = 'Stop'
$kept = Join-Path -Path $PSScriptRoot -ChildPath 'rules.wfw'
if ($Keep) {
    if (Test-Path -LiteralPath $kept) { Remove-Item -LiteralPath $kept -Force }
    & netsh.exe advfirewall export $kept | Out-Null
    if ($LASTEXITCODE -ne 0) { throw "netsh advfirewall export ended with $LASTEXITCODE" }
    return
}
[System.IO.File]::WriteAllText((Join-Path -Path $PSScriptRoot -ChildPath 'fired'), [DateTime]::UtcNow.ToString('o'))
& netsh.exe advfirewall import $kept | Out-Null
exit $LASTEXITCODE
