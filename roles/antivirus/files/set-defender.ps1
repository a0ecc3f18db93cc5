# Brings Microsoft Defender in line: real-time, behaviour and script scanning on, signatures fetched four times a day, a
# full scan once a week and a quick one each day; no path, process or extension is left out.
[CmdletBinding(SupportsShouldProcess)]
param(
    # Time of day of the daily scan, HH:MM, in the server's own zone.
    [Parameter(Mandatory)]
    [string]$ScanTime,

    # Signatures older than this are fetched at once.
    [int]$MaxAgeDays = 1
)

$ErrorActionPreference = 'Stop'
$Ansible.Changed = $false
if ($null -eq (Get-Command -Name Get-MpPreference -ErrorAction SilentlyContinue)) {
    throw 'Microsoft Defender is not installed: Install-WindowsFeature -Name Windows-Defender, restart, run this again'
}
$state = Get-MpComputerStatus
if (-not $state.AMServiceEnabled) {
    throw 'Microsoft Defender does not run: another antivirus product may have switched it off'
}

$wanted = @{
    DisableRealtimeMonitoring       = $false
    DisableBehaviorMonitoring       = $false
    DisableIOAVProtection           = $false
    DisableScriptScanning           = $false
    DisableArchiveScanning          = $false
    DisableRemovableDriveScanning   = $false
    SignatureUpdateInterval         = 6
    CheckForSignaturesBeforeRunningScan = $true
    ScanParameters                  = 2
    ScanScheduleDay                 = 1
    ScanScheduleTime                = [TimeSpan]::Parse($ScanTime)
    ScanScheduleQuickScanTime       = [TimeSpan]::Parse($ScanTime)
    PUAProtection                   = 1
}
$preference = Get-MpPreference
$changes = @{}
foreach ($name in $wanted.Keys) {
    $present = $preference.$name
    if ($present -is [DateTime]) { $present = $present.TimeOfDay }
    if ([string]$present -ne [string]$wanted[$name]) { $changes[$name] = $wanted[$name] }
}
if ($changes.Count -gt 0) {
    $Ansible.Changed = $true
    if (-not $Ansible.CheckMode) { Set-MpPreference @changes }
}
foreach ($kind in 'ExclusionPath', 'ExclusionProcess', 'ExclusionExtension') {
    $excluded = @($preference.$kind | Where-Object { $_ })
    if ($excluded.Count -eq 0) { continue }
    $Ansible.Changed = $true
    if ($Ansible.CheckMode) { continue }
    $words = @{ $kind = $excluded }
    Remove-MpPreference @words -Force
}
if ($state.AntivirusSignatureAge -gt $MaxAgeDays) {
    $Ansible.Changed = $true
    if (-not $Ansible.CheckMode) { Update-MpSignature }
}
