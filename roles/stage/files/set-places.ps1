# Makes directories that administrators and the system alone may enter; others' rights there are taken away.
[CmdletBinding(SupportsShouldProcess)]
param(
    # Directories, full paths.
    [Parameter(Mandatory)]
    [string[]]$Paths,

    # Services' accounts (NT SERVICE\name) that may read there, too.
    [string[]]$Readers = @(),

    # Services' accounts that may write there.
    [string[]]$Writers = @(),

    # Tells apart several uses of this script on one server.
    [string]$Name = ''
)

$ErrorActionPreference = 'Stop'

# By number, because names of groups are in the system's language.
function Resolve-Account {
    param([string]$Number)
    $identifier = New-Object -TypeName System.Security.Principal.SecurityIdentifier -ArgumentList $Number
    $identifier.Translate([System.Security.Principal.NTAccount]).Value
}

$wanted = @{}
$wanted[(Resolve-Account -Number 'S-1-5-18')] = 'FullControl'
$wanted[(Resolve-Account -Number 'S-1-5-32-544')] = 'FullControl'
foreach ($reader in $Readers) { $wanted[$reader] = 'ReadAndExecute, Synchronize' }
foreach ($writer in $Writers) { $wanted[$writer] = 'Modify, Synchronize' }

$Ansible.Changed = $false
foreach ($path in $Paths) {
    if (-not (Test-Path -LiteralPath $path -PathType Container)) {
        $Ansible.Changed = $true
        if ($Ansible.CheckMode) { continue }
        $null = New-Item -Path $path -ItemType Directory -Force
    }
    $list = Get-Acl -LiteralPath $path
    $present = @{}
    foreach ($rule in $list.Access) {
        $present[$rule.IdentityReference.Value] = [string]$rule.FileSystemRights
    }
    $same = $list.AreAccessRulesProtected -and ($present.Count -eq $wanted.Count)
    foreach ($account in $wanted.Keys) {
        $same = $same -and ($present[$account] -eq $wanted[$account])
    }
    if ($same) { continue }
    $Ansible.Changed = $true
    if ($Ansible.CheckMode) { continue }
    $list.SetAccessRuleProtection($true, $false)
    foreach ($rule in @($list.Access)) { $null = $list.RemoveAccessRule($rule) }
    foreach ($account in $wanted.Keys) {
        $rule = New-Object -TypeName System.Security.AccessControl.FileSystemAccessRule -ArgumentList @(
            $account, $wanted[$account], 'ContainerInherit, ObjectInherit', 'None', 'Allow'
        )
        $list.AddAccessRule($rule)
    }
    Set-Acl -LiteralPath $path -AclObject $list
}
