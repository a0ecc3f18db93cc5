# How much memory this server has. Asks only. Answers: total_mb.
[CmdletBinding()]
param()

$ErrorActionPreference = 'Stop'
$bytes = (Get-CimInstance -ClassName Win32_ComputerSystem).TotalPhysicalMemory
$Ansible.Changed = $false
$Ansible.Result = @{ total_mb = [int][Math]::Floor($bytes / 1048576) }
