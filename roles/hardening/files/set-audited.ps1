# Has the audit policy record these kinds of events, named by their numbers, because their names are in the system's
# language. What else is recorded stays so.
[CmdletBinding(SupportsShouldProcess)]
param(
    # Numbers of kinds of events ({0CCE9210-...}), each recorded whether it succeeded or failed.
    [Parameter(Mandatory)]
    [string[]]$Kinds
)

$ErrorActionPreference = 'Stop'
$Ansible.Changed = $false

# Only a saved policy says in numbers what is set: 1 success, 2 failure, 3 both.
$file = Join-Path -Path $env:TEMP -ChildPath ('backbone-{0}.csv' -f [Guid]::NewGuid())
try {
    $null = & auditpol.exe /backup ('/file:' + $file)
    if ($LASTEXITCODE -ne 0) { throw ('auditpol ended with {0}' -f $LASTEXITCODE) }
    $names = 'Machine', 'Target', 'Subcategory', 'Number', 'Included', 'Excluded', 'Setting'
    $rows = @(Get-Content -LiteralPath $file | Select-Object -Skip 1 | ConvertFrom-Csv -Header $names)
}
finally {
    if (Test-Path -LiteralPath $file) { Remove-Item -LiteralPath $file -Force }
}
$present = @{}
foreach ($row in $rows) {
    if ($row.Target -notlike 'S-1-*' -and $row.Setting -match '^\d+$') { $present[$row.Number] = [int]$row.Setting }
}
foreach ($kind in $Kinds) {
    if ($present[$kind] -eq 3) { continue }
    $Ansible.Changed = $true
    if ($Ansible.CheckMode) { continue }
    $null = & auditpol.exe /set ('/subcategory:' + $kind) /success:enable /failure:enable
    if ($LASTEXITCODE -ne 0) { throw ('auditpol could not set {0} (status {1})' -f $kind, $LASTEXITCODE) }
}
