# Brings Windows' firewall in line with the declared surface: our rules first, then everything else is closed.
# Inbound rules that allow and are not ours are disabled (kept, so that a person can see them); ours that are declared
# no more are removed; what an address needs to be one (DHCP, neighbour discovery) stays; what is dropped is logged.
[CmdletBinding(SupportsShouldProcess)]
param(
    # Each with name, port, proto (tcp, udp) and from: a list of networks, or the one word Any.
    [Parameter(Mandatory)]
    [object[]]$Rules
)

$ErrorActionPreference = 'Stop'
$Ansible.Changed = $false
# Core Networking, whatever the system's language calls it.
$core = '@FirewallAPI.dll,-25000'

# As Windows shows networks: 10.0.0.0/255.255.0.0, and one address without a mask.
function ConvertTo-Shown {
    param([string]$Network)
    $address, $bits = $Network -split '/'
    if ([string]::IsNullOrEmpty($bits) -or $address.Contains(':')) { return $Network }
    if ([int]$bits -eq 32) { return $address }
    $mask = [uint32]([math]::Pow(2, 32) - [math]::Pow(2, 32 - [int]$bits))
    $bytes = [BitConverter]::GetBytes($mask)
    [Array]::Reverse($bytes)
    '{0}/{1}' -f $address, ($bytes -join '.')
}

$declared = @{}
foreach ($rule in $Rules) {
    $declared[[string]$rule.name] = $true
    $from = @($rule.from | ForEach-Object { [string]$_ })
    $present = Get-NetFirewallRule -DisplayName $rule.name -PolicyStore PersistentStore -ErrorAction SilentlyContinue
    $same = $false
    if (@($present).Count -eq 1 -and $null -ne $present) {
        $port = $present | Get-NetFirewallPortFilter
        $shown = @(($present | Get-NetFirewallAddressFilter).RemoteAddress | Sort-Object)
        $wanted = @($from | ForEach-Object { ConvertTo-Shown -Network $_ } | Sort-Object)
        $same = $present.Enabled -eq 'True' -and $present.Action -eq 'Allow' -and $present.Direction -eq 'Inbound' -and
            $port.Protocol -eq $rule.proto -and [string]$port.LocalPort -eq [string]$rule.port -and
            ($shown -join ',') -eq ($wanted -join ',')
    }
    if ($same) { continue }
    $Ansible.Changed = $true
    if ($Ansible.CheckMode) { continue }
    if ($null -ne $present) { $present | Remove-NetFirewallRule }
    $null = New-NetFirewallRule -DisplayName $rule.name -Group 'Backbone' -Direction Inbound -Action Allow -Enabled True `
        -Profile Any -Protocol $rule.proto -LocalPort $rule.port -RemoteAddress $from
}

$closed = @()
foreach ($rule in Get-NetFirewallRule -Direction Inbound -Action Allow -Enabled True -PolicyStore PersistentStore) {
    $ours = $rule.Group -eq 'Backbone'
    if ($rule.Group -eq $core -or ($ours -and $declared.ContainsKey($rule.DisplayName))) { continue }
    $Ansible.Changed = $true
    $closed += $rule.DisplayName
    if ($Ansible.CheckMode) { continue }
    if ($ours) { $rule | Remove-NetFirewallRule } else { $rule | Disable-NetFirewallRule }
}

foreach ($profile in Get-NetFirewallProfile -PolicyStore PersistentStore) {
    $same = $profile.Enabled -eq 'True' -and $profile.DefaultInboundAction -eq 'Block' -and
        $profile.LogBlocked -eq 'True' -and $profile.LogMaxSizeKilobytes -ge 16384
    if ($same) { continue }
    $Ansible.Changed = $true
    if ($Ansible.CheckMode) { continue }
    Set-NetFirewallProfile -Name $profile.Name -Enabled True -DefaultInboundAction Block -LogBlocked True `
        -LogMaxSizeKilobytes 16384
}
$Ansible.Result = @{ closed = $closed; differs = [bool]$Ansible.Changed }
