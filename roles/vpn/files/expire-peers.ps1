# Managed by Backbone Daerah (stage vpn): changes made here are undone by the next apply.
# Takes people out of the running tunnel whose last day (UTC) is past; the next apply takes them out of the file, too.
[CmdletBinding()]
param()

$ErrorActionPreference = 'Stop'
$wg = Join-Path -Path $env:ProgramFiles -ChildPath 'WireGuard\wg.exe'
$list = Join-Path -Path $env:ProgramData -ChildPath 'Backbone\vpn\peers.json'
$today = [DateTime]::UtcNow.ToString('yyyy-MM-dd')
foreach ($peer in [System.IO.File]::ReadAllText($list) | ConvertFrom-Json) {
    if ([string]::CompareOrdinal($peer.expires, $today) -lt 0) {
        & $wg set wg-backbone peer $peer.public_key remove
        if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
    }
}
