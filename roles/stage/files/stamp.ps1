# Keeps a Windows server's own ledger of finished stages, and the lock that lets one controller at a time in: the same
# as the module backbone_stamp on Linux.
#   begin   take the lock; take the stage's stamp, and those of its followers, out of force
#   finish  digest the files that the stage manages and put its stamp in force
#   abort   give the lock back (the task that called fails afterwards)
#   tried   note controls that still failed after the stage ran
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)]
    [ValidateSet('begin', 'finish', 'abort', 'tried')]
    [string]$State,

    [Parameter(Mandatory)]
    [string]$Stage,

    [string]$HostName = '',
    [string]$Digest = '',
    [System.Collections.IDictionary]$Inputs = @{},
    # For what kind of server the stage ran: region, level, and so on.
    [System.Collections.IDictionary]$Identity = @{},
    [string[]]$Files = @(),
    [string[]]$Followers = @(),
    [string[]]$Controls = @(),
    [System.Collections.IDictionary]$Owner = @{},
    [bool]$Release = $false,
    # Age in seconds at which a lock is stale.
    [int]$LockSeconds = 3600
)

$ErrorActionPreference = 'Stop'
$root = Join-Path -Path $env:ProgramData -ChildPath 'Backbone'
$stamps = Join-Path -Path $root -ChildPath 'stamps'
$lock = Join-Path -Path $root -ChildPath 'converge.lock'
$encoding = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false

function Write-Object {
    param([string]$Path, $Content)
    $new = $Path + '.new'
    [System.IO.File]::WriteAllText($new, (ConvertTo-Json -InputObject $Content -Depth 6 -Compress) + "`n", $encoding)
    Move-Item -LiteralPath $new -Destination $Path -Force
}

function Read-Object {
    param([string]$Path)
    if (-not (Test-Path -LiteralPath $Path -PathType Leaf)) { return $null }
    try { return ([System.IO.File]::ReadAllText($Path) | ConvertFrom-Json) } catch { return $null }
}

function Get-Path {
    param([string]$Name)
    Join-Path -Path $stamps -ChildPath ($Name + '.json')
}

function Get-Now {
    [DateTime]::UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'")
}

function Clear-Lock {
    if (Test-Path -LiteralPath $lock) { Remove-Item -LiteralPath $lock -Force }
}

$Ansible.Changed = $false
if ($Ansible.CheckMode) { return }

if ($State -eq 'begin') {
    $null = New-Item -Path $stamps -ItemType Directory -Force
    $held = Read-Object -Path $lock
    if ($null -ne $held) {
        $age = ([DateTime]::UtcNow - (Get-Item -LiteralPath $lock).LastWriteTimeUtc).TotalSeconds
        if ($held.controller -ne $Owner['controller'] -and $age -lt $LockSeconds) {
            $Ansible.Failed = $true
            $Ansible.Result = @{ held_by = $held.controller; person = $held.person; since = $held.since }
            Write-Error -Message ('held by controller {0} ({1}) since {2}' -f $held.controller, $held.person, $held.since)
            return
        }
    }
    Write-Object -Path $lock -Content @{
        controller = [string]$Owner['controller']
        person     = [string]$Owner['person']
        run        = [string]$Owner['run']
        since      = Get-Now
    }
    foreach ($name in @($Stage) + $Followers) {
        $path = Get-Path -Name $name
        if (Test-Path -LiteralPath $path) {
            Move-Item -LiteralPath $path -Destination ($path + '.started') -Force
        }
        elseif ($name -eq $Stage -and -not (Test-Path -LiteralPath ($path + '.started'))) {
            $null = New-Item -Path ($path + '.started') -ItemType File
        }
    }
}

if ($State -eq 'finish') {
    $digests = @{}
    foreach ($file in $Files) {
        $digests[$file] = $null
        if (Test-Path -LiteralPath $file -PathType Leaf) {
            $digests[$file] = (Get-FileHash -LiteralPath $file -Algorithm SHA256).Hash.ToLowerInvariant()
        }
    }
    $path = Get-Path -Name $Stage
    $before = Read-Object -Path ($path + '.started')
    Write-Object -Path $path -Content @{
        version  = 1
        stage    = $Stage
        host     = $HostName
        digest   = $Digest
        inputs   = $Inputs
        files    = $digests
        identity = $Identity
        at       = Get-Now
    }
    if (Test-Path -LiteralPath ($path + '.started')) { Remove-Item -LiteralPath ($path + '.started') -Force }
    $Ansible.Changed = ($null -eq $before) -or ($before.digest -ne $Digest)
    if ($Release) { Clear-Lock }
}

if ($State -eq 'abort') {
    $held = Read-Object -Path $lock
    if ($null -ne $held -and $held.run -eq $Owner['run']) { Clear-Lock }
}

if ($State -eq 'tried') {
    $path = Get-Path -Name $Stage
    $stamp = Read-Object -Path $path
    if ($null -ne $stamp) {
        $stamp | Add-Member -MemberType NoteProperty -Name tried -Value @($Controls) -Force
        Write-Object -Path $path -Content $stamp
    }
}
