# Managed by Backbone Daerah (stage sync): changes made here are undone by the next apply.
# The sync service's command on this server. Without words: bring the tables to the newest version, then fetch what is new.
# With words: `backbone-sync.ps1 status --json`. It runs as NT SERVICE\backbone-sync, from its task.
$ErrorActionPreference = 'Stop'
$data = Join-Path -Path $env:ProgramData -ChildPath 'Backbone\sync'
$root = Join-Path -Path $env:ProgramFiles -ChildPath 'Backbone'
$release = [System.IO.File]::ReadAllText((Join-Path -Path $root -ChildPath 'sync\current.txt')).Trim()
$env:PYTHONPATH = Join-Path -Path $root -ChildPath ('sync\releases\{0}\program' -f $release)
$env:PYTHONNOUSERSITE = '1'
$env:PYTHONDONTWRITEBYTECODE = '1'
$env:PYTHONUTF8 = '1'
$python = Join-Path -Path $root -ChildPath 'python\python.exe'
$configuration = Join-Path -Path $data -ChildPath 'sync.toml'
if ($args.Count -gt 0) {
    & $python -P -m backbone_sync @args --config $configuration
    exit $LASTEXITCODE
}
& $python -P -m backbone_sync migrate --json --config $configuration
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
& $python -P -m backbone_sync run --config $configuration
exit $LASTEXITCODE
