# When updates were last installed on this server. Asks only.
# Answers: age_days since the newest installation that succeeded (-1: never).
[CmdletBinding()]
param()

$ErrorActionPreference = 'Stop'
$searcher = (New-Object -ComObject Microsoft.Update.Session).CreateUpdateSearcher()
$count = $searcher.GetTotalHistoryCount()
$newest = $null
if ($count -gt 0) {
    # Operation 1: an installation; result 2: it succeeded. Windows Defender's daily signatures are none.
    $newest = $searcher.QueryHistory(0, [Math]::Min($count, 500)) |
        Where-Object { $_.Operation -eq 1 -and $_.ResultCode -eq 2 -and $_.Title -notmatch 'Defender|Antimalware' } |
        Sort-Object -Property Date -Descending |
        Select-Object -First 1
}
$age = -1
if ($null -ne $newest) { $age = [int][Math]::Floor(([DateTime]::UtcNow - $newest.Date).TotalDays) }
$Ansible.Changed = $false
$Ansible.Result = @{ age_days = $age }
