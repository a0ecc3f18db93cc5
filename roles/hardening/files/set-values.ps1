# Has values of the machine's registry as they are to be, one question for all of them.
[CmdletBinding(SupportsShouldProcess)]
param(
    # Each with path (below HKLM), name and data (a whole number; each is written as a DWORD).
    [Parameter(Mandatory)]
    [object[]]$Values
)

$ErrorActionPreference = 'Stop'
$machine = [Microsoft.Win32.Registry]::LocalMachine
$Ansible.Changed = $false
$changed = @()
foreach ($one in $Values) {
    $present = $null
    $key = $machine.OpenSubKey($one.path, $false)
    if ($null -ne $key) {
        try { $present = $key.GetValue($one.name) } finally { $key.Close() }
    }
    # A text that looks like the number is not the number.
    if ($present -is [int] -and $present -eq [int]$one.data) { continue }
    $Ansible.Changed = $true
    $changed += '{0}\{1}' -f $one.path, $one.name
    if ($Ansible.CheckMode) { continue }
    $key = $machine.CreateSubKey($one.path)
    try { $key.SetValue($one.name, [int]$one.data, [Microsoft.Win32.RegistryValueKind]::DWord) } finally { $key.Close() }
}
$Ansible.Result = @{ changed = $changed }
