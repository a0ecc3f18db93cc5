# Brings something in SQL Server about: asks a statement how much of it is missing, and runs another where some is.
# Statements come whole from .sql files; values are their parameters (@name), never part of their text.
[CmdletBinding(SupportsShouldProcess)]
param(
    # What this is about, for messages.
    [Parameter(Mandatory)]
    [string]$Name,

    # Answers one number: how much is missing.
    [Parameter(Mandatory)]
    [string]$Missing,

    # Brings it about.
    [Parameter(Mandatory)]
    [string]$Statement,

    [string]$Database = 'master',
    [System.Collections.IDictionary]$Values = @{},

    # One secret value, as the statement's parameter @secret.
    [securestring]$Secret
)

$ErrorActionPreference = 'Stop'
$Ansible.Changed = $false

function Invoke-Statement {
    param([string]$Text, [switch]$Number)
    $builder = New-Object -TypeName System.Data.SqlClient.SqlConnectionStringBuilder
    $builder['Data Source'] = 'lpc:localhost'
    $builder['Initial Catalog'] = $Database
    $builder['Integrated Security'] = $true
    $connection = New-Object -TypeName System.Data.SqlClient.SqlConnection -ArgumentList $builder.ConnectionString
    $connection.Open()
    try {
        $command = $connection.CreateCommand()
        $command.CommandTimeout = 600
        $command.CommandText = $Text
        foreach ($key in $Values.Keys) { $null = $command.Parameters.AddWithValue('@' + $key, $Values[$key]) }
        if ($null -ne $Secret) {
            $plain = (New-Object -TypeName System.Management.Automation.PSCredential -ArgumentList 'x', $Secret).GetNetworkCredential().Password
            $null = $command.Parameters.AddWithValue('@secret', $plain)
        }
        if ($Number) { return [int]$command.ExecuteScalar() }
        $null = $command.ExecuteNonQuery()
    }
    finally {
        $connection.Dispose()
    }
}

if ($null -eq (Get-Service -Name MSSQLSERVER -ErrorAction SilentlyContinue)) {
    # Check mode before the first apply: nothing can be asked of a server that is not there.
    $Ansible.Changed = $true
    if ($Ansible.CheckMode) { return }
    throw ('SQL Server is not installed: {0} cannot be brought about' -f $Name)
}
try {
    $count = Invoke-Statement -Text $Missing -Number
}
catch {
    if (-not $Ansible.CheckMode) { throw }
    # The database itself may not be there yet.
    $count = 1
}
if ($count -eq 0) { return }
$Ansible.Changed = $true
if ($Ansible.CheckMode) { return }
Invoke-Statement -Text $Statement
$left = Invoke-Statement -Text $Missing -Number
if ($left -gt 0) { throw ('{0}: {1} parts are still missing' -f $Name, $left) }
