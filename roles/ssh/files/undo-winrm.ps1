# Managed by Backbone Daerah (stage ssh). With -Keep: writes down how WinRM lets people in; without: brings that back.
[CmdletBinding()]
param([switch]$Keep)

$ErrorActionPreference = 'Stop'
$kept = Join-Path -Path $PSScriptRoot -ChildPath 'winrm.json'
$paths = @(
    'WSMan:\localhost\Service\AllowUnencrypted',
    'WSMan:\localhost\Service\Auth\Basic',
    'WSMan:\localhost\Service\Auth\CredSSP',
    'WSMan:\localhost\Service\Auth\CbtHardeningLevel'
)
if ($Keep) {
    $state = @{ http = $false; values = @{} }
    foreach ($path in $paths) { $state.values[$path] = [string](Get-Item -Path $path).Value }
    $http = @(Get-ChildItem -Path WSMan:\localhost\Listener | Where-Object { $_.Keys -contains 'Transport=HTTP' })
    $state.http = $http.Count -gt 0
    [System.IO.File]::WriteAllText($kept, (ConvertTo-Json -InputObject $state -Depth 4))
    return
}
[System.IO.File]::WriteAllText((Join-Path -Path $PSScriptRoot -ChildPath 'fired'), [DateTime]::UtcNow.ToString('o'))
$state = [System.IO.File]::ReadAllText($kept) | ConvertFrom-Json
foreach ($path in $paths) { Set-Item -Path $path -Value $state.values.$path -Force }
if ($state.http) {
    $null = New-Item -Path WSMan:\localhost\Listener -Transport HTTP -Address * -Force
}
