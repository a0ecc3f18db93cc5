# Managed by Backbone Daerah (stage patching): changes made here are undone by the next apply.
# Restarts the server when an update asks for it; the task that runs this keeps to the window of the inventory.
[CmdletBinding()]
param()

$keys = @(
    'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending',
    'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired'
)
if (@($keys | Where-Object { Test-Path -LiteralPath $_ }).Count -eq 0) { exit 0 }

# Never in the middle of a stage: its lock is younger than an hour.
$lock = Join-Path -Path $env:ProgramData -ChildPath 'Backbone\converge.lock'
if ((Test-Path -LiteralPath $lock) -and (Get-Item -LiteralPath $lock).LastWriteTimeUtc -gt [DateTime]::UtcNow.AddHours(-1)) {
    exit 0
}
& shutdown.exe /r /t 120 /d p:2:17 /c 'Updates are complete: the server restarts inside its window.'
exit $LASTEXITCODE
