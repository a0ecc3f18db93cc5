# Managed by Backbone Daerah (stage sync): changes made here are undone by the next apply.
# Puts what the sync service has written of itself where others look, each file in one step. The service's directory is not
# the system's: what is no plain file there is left alone.
[CmdletBinding()]
param()

$ErrorActionPreference = 'Stop'
$root = Join-Path -Path $env:ProgramData -ChildPath 'Backbone'
$places = @{ 'sync.prom' = 'metrics\sync.prom'; 'sync.json' = 'status\sync.json' }
foreach ($name in $places.Keys) {
    $file = Get-Item -LiteralPath (Join-Path -Path $root -ChildPath ('sync\state\{0}' -f $name)) -ErrorAction SilentlyContinue
    if ($null -eq $file) { continue }
    if ($file.PSIsContainer -or ($file.Attributes -band [System.IO.FileAttributes]::ReparsePoint)) {
        [Console]::Error.WriteLine('{0} is not a plain file' -f $file.FullName)
        exit 1
    }
    $target = Join-Path -Path $root -ChildPath $places[$name]
    [System.IO.File]::WriteAllBytes($target + '.new', [System.IO.File]::ReadAllBytes($file.FullName))
    Move-Item -LiteralPath ($target + '.new') -Destination $target -Force
}
exit 0
