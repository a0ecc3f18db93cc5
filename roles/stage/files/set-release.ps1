# Has a release of a program of ours on the server: unpacks it beside the others, says which one is in force, and lets go
# of old ones. A release that was cut off lacks its mark and is unpacked again.
[CmdletBinding(SupportsShouldProcess)]
param(
    # What the program is called, for messages.
    [Parameter(Mandatory)]
    [string]$Name,

    # The Python that runs it, and its version as the release was made for it (3.13).
    [Parameter(Mandatory)]
    [string]$Python,

    [Parameter(Mandatory)]
    [string]$Version,

    # The release as it came: a tar of the program, or (Wheels) of wheels and their requirements.txt.
    [Parameter(Mandatory)]
    [string]$Archive,

    # Where releases lie: releases\RELEASE\program, and current.txt with the name of the one in force.
    [Parameter(Mandatory)]
    [string]$Root,

    [Parameter(Mandatory)]
    [string]$Release,

    [bool]$Wheels = $false,

    # Releases that stay, the present one among them.
    [int]$Keep = 2
)

$ErrorActionPreference = 'Stop'
$Ansible.Changed = $false
$releases = Join-Path -Path $Root -ChildPath 'releases'
$place = Join-Path -Path $releases -ChildPath $Release
$mark = Join-Path -Path $place -ChildPath 'release'
$current = Join-Path -Path $Root -ChildPath 'current.txt'

function Invoke-Python {
    param([string[]]$Words)
    # What a program says on its error stream is no error by itself.
    $ErrorActionPreference = 'Continue'
    $said = @(& $Python $Words 2>&1 | ForEach-Object { [string]$_ })
    if ($LASTEXITCODE -ne 0) { throw ('{0}: Python ended with {1}: {2}' -f $Name, $LASTEXITCODE, ($said | Select-Object -Last 1)) }
    $said
}

if (-not (Test-Path -LiteralPath $mark -PathType Leaf)) {
    $Ansible.Changed = $true
    if ($Ansible.CheckMode) { return }
    $found = [string](Invoke-Python -Words '-c', 'import sys; print("%d.%d" % sys.version_info[:2])')
    if ($found.Trim() -ne $Version) { throw ('{0} comes for Python {1}; {2} is {3}' -f $Name, $Version, $Python, $found) }
    $new = $place + '.new'
    foreach ($old in $new, $place) {
        if (Test-Path -LiteralPath $old) { Remove-Item -LiteralPath $old -Recurse -Force }
    }
    $program = Join-Path -Path $new -ChildPath 'program'
    $null = New-Item -Path $program -ItemType Directory -Force
    if ($Wheels) {
        $folder = Join-Path -Path $new -ChildPath 'wheels'
        $null = Invoke-Python -Words '-m', 'tarfile', '-e', $Archive, $folder
        $list = Join-Path -Path $folder -ChildPath 'requirements.txt'
        $null = Invoke-Python -Words '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-index', '--no-deps', '--require-hashes', '--find-links', $folder, '--target', $program, '--requirement', $list
        Remove-Item -LiteralPath $folder -Recurse -Force
    }
    else {
        $null = Invoke-Python -Words '-m', 'tarfile', '-e', $Archive, $program
    }
    [System.IO.File]::WriteAllText((Join-Path -Path $new -ChildPath 'release'), $Release + "`n")
    Move-Item -LiteralPath $new -Destination $place
}

$present = ''
if (Test-Path -LiteralPath $current -PathType Leaf) { $present = [System.IO.File]::ReadAllText($current).Trim() }
if ($present -ne $Release) {
    $Ansible.Changed = $true
    if (-not $Ansible.CheckMode) { [System.IO.File]::WriteAllText($current, $Release + "`n") }
}

$others = @(Get-ChildItem -LiteralPath $releases -Directory | Where-Object { $_.Name -ne $Release } | Sort-Object -Property CreationTimeUtc -Descending)
foreach ($old in @($others | Select-Object -Skip ($Keep - 1))) {
    $Ansible.Changed = $true
    if (-not $Ansible.CheckMode) { Remove-Item -LiteralPath $old.FullName -Recurse -Force }
}
