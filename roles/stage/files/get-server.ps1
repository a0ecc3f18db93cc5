# Which Windows this is, and whether stages can work here. Asks only.
# Answers: product, server, build, powershell, dotnet (release number), reboot_pending (reasons), connection (URI),
# domain_member, elevated, stamps (how many stages have ever been finished or begun here).
[CmdletBinding()]
param()

$ErrorActionPreference = 'Stop'
$system = Get-CimInstance -ClassName Win32_OperatingSystem
$computer = Get-CimInstance -ClassName Win32_ComputerSystem

$pending = @()
if (Test-Path -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending') {
    $pending += 'component servicing'
}
if (Test-Path -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired') {
    $pending += 'Windows Update'
}
$session = Get-ItemProperty -LiteralPath 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager'
if ($session.PSObject.Properties.Name -contains 'PendingFileRenameOperations') {
    $pending += 'files in use that are to be replaced'
}

$dotnet = 0
$framework = 'HKLM:\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full'
if (Test-Path -LiteralPath $framework) {
    $dotnet = [int](Get-ItemProperty -LiteralPath $framework).Release
}

$connection = ''
if ($null -ne $PSSenderInfo) {
    $connection = [string]$PSSenderInfo.ConnectionString
}

$stamps = 0
$ledger = Join-Path -Path $env:ProgramData -ChildPath 'Backbone\stamps'
if (Test-Path -LiteralPath $ledger) {
    $stamps = @(Get-ChildItem -LiteralPath $ledger -File).Count
}

$identity = [System.Security.Principal.WindowsIdentity]::GetCurrent()
$principal = New-Object -TypeName System.Security.Principal.WindowsPrincipal -ArgumentList $identity

$Ansible.Changed = $false
$Ansible.Result = @{
    product        = $system.Caption -replace '^Microsoft\s+', ''
    server         = [bool]($system.ProductType -ne 1)
    build          = [int]$system.BuildNumber
    powershell     = '{0}.{1}' -f $PSVersionTable.PSVersion.Major, $PSVersionTable.PSVersion.Minor
    dotnet         = $dotnet
    reboot_pending = $pending
    connection     = $connection
    domain_member  = [bool]$computer.PartOfDomain
    elevated       = [bool]$principal.IsInRole([System.Security.Principal.WindowsBuiltInRole]::Administrator)
    stamps         = $stamps
}
