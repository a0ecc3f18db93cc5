# Has the WireGuard tunnel wg-backbone as a service of Windows, with this configuration; the private key is made here,
# readable by administrators and the system alone, and never leaves the server.
# Answers: public_key.
[CmdletBinding(SupportsShouldProcess)]
param(
    # This server's own address in the tunnel, with the network's bits (10.90.0.1/24).
    [Parameter(Mandatory)]
    [string]$Address,

    # UDP port to listen on; 0: none, for a server that joins a hub.
    [int]$Port = 0,

    # Who may come in: each with name, public_key, address, expires (last day, UTC).
    [object[]]$Peers = @(),

    # The hub to join: public_key, endpoint, networks. Empty for a server that is the hub itself.
    [System.Collections.IDictionary]$Hub = @{},

    # Where the configuration and the key lie; protected beforehand.
    [Parameter(Mandatory)]
    [string]$Directory
)

$ErrorActionPreference = 'Stop'
$programs = Join-Path -Path $env:ProgramFiles -ChildPath 'WireGuard'
$wireguard = Join-Path -Path $programs -ChildPath 'wireguard.exe'
$wg = Join-Path -Path $programs -ChildPath 'wg.exe'
$configuration = Join-Path -Path $Directory -ChildPath 'wg-backbone.conf'
$kept = Join-Path -Path $Directory -ChildPath 'private.key'
$service = 'WireGuardTunnel$wg-backbone'
$Ansible.Changed = $false

$key = ''
if (Test-Path -LiteralPath $kept -PathType Leaf) {
    $key = [System.IO.File]::ReadAllText($kept).Trim()
}
if ($key -eq '') {
    $Ansible.Changed = $true
    if ($Ansible.CheckMode) { return }
    $key = (& $wg genkey).Trim()
    [System.IO.File]::WriteAllText($kept, $key)
}

$lines = @('# Managed by Backbone Daerah (stage vpn): changes made here are undone by the next apply.', '[Interface]')
$lines += 'PrivateKey = ' + $key
$lines += 'Address = ' + $Address
if ($Port -gt 0) { $lines += 'ListenPort = ' + $Port }
foreach ($peer in $Peers) {
    $lines += @('', '[Peer]', ('# {0}, until {1}' -f $peer.name, $peer.expires))
    $lines += @(('PublicKey = ' + $peer.public_key), ('AllowedIPs = {0}/32' -f $peer.address))
}
if ($Hub.Count -gt 0) {
    $lines += @('', '[Peer]', ('PublicKey = ' + $Hub['public_key']), ('Endpoint = ' + $Hub['endpoint']))
    $lines += @(('AllowedIPs = ' + (@($Hub['networks']) -join ', ')), 'PersistentKeepalive = 25')
}
$text = ($lines -join "`r`n") + "`r`n"

$present = ''
if (Test-Path -LiteralPath $configuration -PathType Leaf) {
    $present = [System.IO.File]::ReadAllText($configuration)
}
$running = Get-Service -Name $service -ErrorAction SilentlyContinue
$differs = $present -ne $text
if ($differs -or $null -eq $running -or $running.Status -ne 'Running') {
    $Ansible.Changed = $true
    if (-not $Ansible.CheckMode) {
        if ($null -ne $running -and $differs) {
            & $wireguard /uninstalltunnelservice wg-backbone
            # The service goes a moment after the command has come back.
            for ($i = 0; $i -lt 30 -and $null -ne (Get-Service -Name $service -ErrorAction SilentlyContinue); $i++) {
                Start-Sleep -Seconds 1
            }
        }
        [System.IO.File]::WriteAllText($configuration, $text)
        if ($null -eq (Get-Service -Name $service -ErrorAction SilentlyContinue)) {
            & $wireguard /installtunnelservice $configuration
        }
        else {
            Start-Service -Name $service
        }
    }
}
$public = ''
if (Test-Path -LiteralPath $wg -PathType Leaf) { $public = ($key | & $wg pubkey) }
$Ansible.Result = @{ public_key = [string]$public }
