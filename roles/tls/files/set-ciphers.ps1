# Lays down Schannel's settings (protocols, ciphers, .NET's) in one go. They hold for what starts from then on; a
# restart inside the window brings them to all services. A cipher's key has a slash in its name, which PowerShell's
# own registry provider takes for a path; so this goes through .NET.
[CmdletBinding(SupportsShouldProcess)]
param(
    # Each with path (HKLM:\...), name and data: a DWORD.
    [Parameter(Mandatory)]
    [object[]]$Values
)

$ErrorActionPreference = 'Stop'
$Ansible.Changed = $false
foreach ($value in $Values) {
    $path = ([string]$value.path) -replace '^HKLM:\\', ''
    $key = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey($path, $false)
    $present = $null
    if ($null -ne $key) {
        $present = $key.GetValue($value.name)
        $key.Close()
    }
    if ($null -ne $present -and [int]$present -eq [int]$value.data) { continue }
    $Ansible.Changed = $true
    if ($Ansible.CheckMode) { continue }
    $key = [Microsoft.Win32.Registry]::LocalMachine.CreateSubKey($path)
    $key.SetValue($value.name, [int]$value.data, [Microsoft.Win32.RegistryValueKind]::DWord)
    $key.Close()
}
