# Has the two keys of a server that audits itself, made on it; answers their public parts: signer, certificate.
[CmdletBinding(SupportsShouldProcess)]
param(
    # The server's own command, full path of backbone-audit.ps1.
    [Parameter(Mandatory)]
    [string]$Command
)

$ErrorActionPreference = 'Stop'
$Ansible.Changed = $false
if ($Ansible.CheckMode) {
    $key = Join-Path -Path $env:ProgramData -ChildPath 'Backbone\keys\report_ed25519.pem'
    $Ansible.Changed = -not (Test-Path -LiteralPath $key -PathType Leaf)
    return
}
# What a program says on its error stream is no error by itself; its status is.
$ErrorActionPreference = 'Continue'
$said = @(& powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File $Command keys 2>&1 | ForEach-Object { [string]$_ })
$status = $LASTEXITCODE
$ErrorActionPreference = 'Stop'
if ($status -ne 0) { throw ('backbone-audit ended with {0}: {1}' -f $status, ($said -join ' ')) }
$told = ($said -join "`n") | ConvertFrom-Json
$Ansible.Changed = @($told.made | Where-Object { $_ }).Count -gt 0
$Ansible.Result = @{ signer = [string]$told.signer; certificate = [string]$told.certificate }
