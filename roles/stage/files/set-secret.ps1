# Has one secret in a file of its own, in a directory that administrators and the system alone may enter.
[CmdletBinding(SupportsShouldProcess)]
param(
    # The file, full path.
    [Parameter(Mandatory)]
    [string]$Name,

    [Parameter(Mandatory)]
    [securestring]$Secret
)

$ErrorActionPreference = 'Stop'
$Ansible.Changed = $false
$plain = (New-Object -TypeName System.Management.Automation.PSCredential -ArgumentList 'x', $Secret).GetNetworkCredential().Password
$present = $null
if (Test-Path -LiteralPath $Name -PathType Leaf) { $present = [System.IO.File]::ReadAllText($Name) }
if ($present -ceq $plain) { return }
$Ansible.Changed = $true
if ($Ansible.CheckMode) { return }
# As a draft beside it, so that nobody ever reads half of it.
$draft = $Name + '.new'
[System.IO.File]::WriteAllText($draft, $plain)
Move-Item -LiteralPath $draft -Destination $Name -Force
