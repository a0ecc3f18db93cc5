# Lets administrators in by PowerShell over HTTPS alone: no HTTP listener, no Basic, no password in the clear.
[CmdletBinding(SupportsShouldProcess)]
param()

$ErrorActionPreference = 'Stop'
$Ansible.Changed = $false

$listeners = @(Get-ChildItem -Path WSMan:\localhost\Listener)
$secure = @($listeners | Where-Object { $_.Keys -contains 'Transport=HTTPS' })
if ($secure.Count -eq 0) {
    throw 'there is no HTTPS listener: run first-boot.ps1, or nobody could come in after this'
}

$wanted = [ordered]@{
    'WSMan:\localhost\Service\AllowUnencrypted'          = 'false'
    'WSMan:\localhost\Service\Auth\Basic'                = 'false'
    'WSMan:\localhost\Service\Auth\CredSSP'              = 'false'
    'WSMan:\localhost\Service\Auth\CbtHardeningLevel'    = 'Strict'
    'WSMan:\localhost\Client\AllowUnencrypted'           = 'false'
    'WSMan:\localhost\Client\Auth\Basic'                 = 'false'
}
foreach ($path in $wanted.Keys) {
    if ((Get-Item -Path $path).Value -eq $wanted[$path]) { continue }
    $Ansible.Changed = $true
    if (-not $Ansible.CheckMode) { Set-Item -Path $path -Value $wanted[$path] -Force }
}
foreach ($listener in $listeners | Where-Object { $_.Keys -contains 'Transport=HTTP' }) {
    $Ansible.Changed = $true
    if (-not $Ansible.CheckMode) { Remove-Item -LiteralPath $listener.PSPath -Recurse -Force }
}
$Ansible.Result = @{ differs = [bool]$Ansible.Changed }
