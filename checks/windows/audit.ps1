# Answers everything that the controls ask of a Windows server, as one JSON object, in one round trip. Changes nothing.
# Windows PowerShell 5.1 and newer. Every section is on its own: one that cannot be measured holds its reason in `error`,
# and the others speak all the same. Times are UTC, ISO 8601; sizes are bytes.
[CmdletBinding()]
param()

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$root = Join-Path -Path $env:ProgramData -ChildPath 'Backbone'

function Format-Time {
    param($Moment)
    if ($null -eq $Moment) { return $null }
    ([DateTime]$Moment).ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'")
}

function Get-Value {
    param([string]$Path, [string]$Name)
    $key = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey($Path, $false)
    if ($null -eq $key) { return $null }
    try { return $key.GetValue($Name) } finally { $key.Close() }
}

function Get-Running {
    param([string]$Name)
    $found = Get-CimInstance -ClassName Win32_Service -Filter ("Name='{0}'" -f $Name)
    if ($null -eq $found) { return $null }
    @{ state = [string]$found.State; start = [string]$found.StartMode; account = [string]$found.StartName }
}

# What SQL Server answers to each question: rows by the question's name, every value as text.
function Get-Row {
    param([string]$Database, [System.Collections.IDictionary]$Questions)
    $place = 'Data Source=lpc:localhost;Integrated Security=True;Connect Timeout=10;Initial Catalog={0}' -f $Database
    $connection = New-Object -TypeName System.Data.SqlClient.SqlConnection -ArgumentList $place
    $connection.Open()
    $answers = @{}
    try {
        foreach ($question in $Questions.Keys) {
            $command = $connection.CreateCommand()
            $command.CommandText = $Questions[$question]
            $command.CommandTimeout = 20
            $reader = $command.ExecuteReader()
            $rows = @()
            while ($reader.Read()) {
                $row = @{}
                for ($i = 0; $i -lt $reader.FieldCount; $i++) { $row[$reader.GetName($i)] = [string]$reader.GetValue($i) }
                $rows += $row
            }
            $reader.Close()
            $answers[$question] = $rows
        }
    }
    finally { $connection.Dispose() }
    $answers
}

$sections = [ordered]@{}

$sections['system'] = {
    $system = Get-CimInstance -ClassName Win32_OperatingSystem
    $computer = Get-CimInstance -ClassName Win32_ComputerSystem
    @{
        caption       = [string]$system.Caption
        build         = [int]$system.BuildNumber
        server        = [bool]($system.ProductType -ne 1)
        architecture  = [string]$env:PROCESSOR_ARCHITECTURE
        memory        = [long]$computer.TotalPhysicalMemory
        model         = '{0} {1}' -f $computer.Manufacturer, $computer.Model
        domain_member = [bool]$computer.PartOfDomain
        started       = Format-Time -Moment $system.LastBootUpTime
        utc           = Format-Time -Moment ([DateTime]::UtcNow)
        powershell    = '{0}.{1}' -f $PSVersionTable.PSVersion.Major, $PSVersionTable.PSVersion.Minor
        dotnet        = [int](Get-Value -Path 'SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full' -Name 'Release')
    }
}

$sections['processors'] = {
    @(Get-CimInstance -ClassName Win32_Processor | ForEach-Object {
            @{ name = [string]$_.Name; mhz = [int]$_.MaxClockSpeed; cores = [int]$_.NumberOfCores }
        })
}

$sections['disks'] = {
    @{
        volumes  = @(Get-CimInstance -ClassName Win32_LogicalDisk -Filter 'DriveType=3' | ForEach-Object {
                @{ name = [string]$_.DeviceID; size = [long]$_.Size; free = [long]$_.FreeSpace }
            })
        physical = @(Get-PhysicalDisk | ForEach-Object {
                @{ name = [string]$_.FriendlyName; health = [string]$_.HealthStatus; bus = [string]$_.BusType }
            })
        arrays   = @(Get-VirtualDisk | ForEach-Object {
                @{ name = [string]$_.FriendlyName; health = [string]$_.HealthStatus }
            })
    }
}

$sections['time'] = {
    $parameters = 'SYSTEM\CurrentControlSet\Services\W32Time\Parameters'
    @{
        service = Get-Running -Name 'w32time'
        type    = [string](Get-Value -Path $parameters -Name 'Type')
        servers = [string](Get-Value -Path $parameters -Name 'NtpServer')
        source  = [string]((& w32tm.exe /query /source 2>$null) | Select-Object -First 1)
    }
}

$sections['accounts'] = {
    $people = @(Get-CimInstance -ClassName Win32_UserAccount -Filter 'LocalAccount=True' | ForEach-Object {
            @{
                name              = [string]$_.Name
                sid               = [string]$_.SID
                enabled           = -not $_.Disabled
                password_required = [bool]$_.PasswordRequired
            }
        })
    # By number, because the group's name is in the system's language.
    $group = [ADSI]('WinNT://./' + (New-Object -TypeName System.Security.Principal.SecurityIdentifier -ArgumentList 'S-1-5-32-544').
        Translate([System.Security.Principal.NTAccount]).Value.Split('\')[1] + ',group')
    $members = @($group.psbase.Invoke('Members') | ForEach-Object {
            ([string]$_.GetType().InvokeMember('ADsPath', 'GetProperty', $null, $_, $null)) -replace '^WinNT://', ''
        })
    @{ people = $people; administrators = $members }
}

$sections['events'] = {
    $logs = @('Security', 'System', 'Application' | ForEach-Object {
            $log = Get-WinEvent -ListLog $_
            $oldest = Get-WinEvent -LogName $_ -Oldest -MaxEvents 1 -ErrorAction SilentlyContinue
            $first = $null
            if ($null -ne $oldest) { $first = Format-Time -Moment $oldest.TimeCreated }
            @{ name = $_; enabled = [bool]$log.IsEnabled; size = [long]$log.MaximumSizeInBytes; oldest = $first; mode = [string]$log.LogMode }
        })
    $forwarded = @(Get-ChildItem -LiteralPath 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\EventLog\EventForwarding\SubscriptionManager' -ErrorAction SilentlyContinue)
    $managers = Get-ItemProperty -LiteralPath 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\EventLog\EventForwarding\SubscriptionManager' -ErrorAction SilentlyContinue
    @{ logs = $logs; forwarded = [bool](($forwarded.Count -gt 0) -or ($null -ne $managers)) }
}

$sections['services'] = {
    # Started by themselves, not running, and not because they were asked to stop: what a trigger starts is none of these.
    @(Get-CimInstance -ClassName Win32_Service -Filter "StartMode='Auto' AND State<>'Running' AND ExitCode<>0" |
            Where-Object { $_.ExitCode -ne 1077 } |
            ForEach-Object { @{ name = [string]$_.Name; exit = [int]$_.ExitCode } })
}

$sections['updates'] = {
    $searcher = (New-Object -ComObject Microsoft.Update.Session).CreateUpdateSearcher()
    # What is known already: a search on line takes minutes.
    $searcher.Online = $false
    $waiting = @($searcher.Search("IsInstalled=0 and IsHidden=0 and Type='Software'").Updates | ForEach-Object {
            @{
                title    = [string]$_.Title
                severity = [string]$_.MsrcSeverity
                since    = Format-Time -Moment $_.LastDeploymentChangeTime
                security = [bool](@($_.Categories | Where-Object { $_.CategoryID -eq '0fa1201d-4330-4fa8-8ae9-b877473b6441' }).Count)
            }
        })
    $automatic = (New-Object -ComObject Microsoft.Update.AutoUpdate).Results
    $history = @()
    $count = $searcher.GetTotalHistoryCount()
    if ($count -gt 0) {
        $history = @($searcher.QueryHistory(0, [Math]::Min($count, 200)) |
                Where-Object { $_.Operation -eq 1 -and $_.Title -notmatch 'Defender|Antimalware' } |
                Select-Object -First 20 |
                ForEach-Object { @{ title = [string]$_.Title; result = [int]$_.ResultCode; at = Format-Time -Moment $_.Date } })
    }
    $policy = 'SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU'
    $marks = @(
        'SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending',
        'SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired'
    )
    @{
        waiting   = $waiting
        searched  = Format-Time -Moment $automatic.LastSearchSuccessDate
        installed = Format-Time -Moment $automatic.LastInstallationSuccessDate
        history   = $history
        automatic = Get-Value -Path $policy -Name 'AUOptions'
        off       = Get-Value -Path $policy -Name 'NoAutoUpdate'
        restart   = [bool](@($marks | Where-Object { Test-Path -LiteralPath ('HKLM:\' + $_) }).Count)
        service   = Get-Running -Name 'wuauserv'
    }
}

$sections['tasks'] = {
    @(Get-ScheduledTask -TaskPath '\Backbone\' -ErrorAction SilentlyContinue | ForEach-Object {
            $told = $_ | Get-ScheduledTaskInfo
            @{
                name   = [string]$_.TaskName
                state  = [string]$_.State
                last   = Format-Time -Moment $told.LastRunTime
                result = [long]$told.LastTaskResult
                next   = Format-Time -Moment $told.NextRunTime
            }
        })
}

$sections['firewall'] = {
    # All filters at once, joined by their rule: one by one they cost a minute.
    $ports = @{}
    foreach ($one in Get-NetFirewallPortFilter -PolicyStore ActiveStore) { $ports[$one.InstanceID] = $one }
    $addresses = @{}
    foreach ($one in Get-NetFirewallAddressFilter -PolicyStore ActiveStore) { $addresses[$one.InstanceID] = $one }
    $programs = @{}
    foreach ($one in Get-NetFirewallApplicationFilter -PolicyStore ActiveStore) { $programs[$one.InstanceID] = $one }
    $rules = @(Get-NetFirewallRule -PolicyStore ActiveStore -Direction Inbound -Action Allow -Enabled True | ForEach-Object {
            $port = $ports[$_.InstanceID]
            @{
                name    = [string]$_.DisplayName
                group   = [string]$_.Group
                proto   = ([string]$port.Protocol).ToLowerInvariant()
                ports   = @($port.LocalPort | ForEach-Object { [string]$_ })
                from    = @($addresses[$_.InstanceID].RemoteAddress | ForEach-Object { [string]$_ })
                program = [string]$programs[$_.InstanceID].Program
            }
        })
    @{
        service  = Get-Running -Name 'mpssvc'
        profiles = @(Get-NetFirewallProfile -PolicyStore ActiveStore | ForEach-Object {
                @{
                    name    = [string]$_.Name
                    enabled = [string]$_.Enabled -eq 'True'
                    inbound = [string]$_.DefaultInboundAction
                    logged  = [string]$_.LogBlocked -eq 'True'
                }
            })
        rules    = $rules
    }
}

$sections['listeners'] = {
    $names = @{}
    foreach ($one in Get-Process) { $names[[int]$one.Id] = [string]$one.ProcessName }
    $found = @(Get-NetTCPConnection -State Listen | ForEach-Object {
            @{ proto = 'tcp'; port = [int]$_.LocalPort; address = [string]$_.LocalAddress; process = $names[[int]$_.OwningProcess] }
        })
    $found += @(Get-NetUDPEndpoint | ForEach-Object {
            @{ proto = 'udp'; port = [int]$_.LocalPort; address = [string]$_.LocalAddress; process = $names[[int]$_.OwningProcess] }
        })
    , $found
}

$sections['remoting'] = {
    @{
        service     = Get-Running -Name 'WinRM'
        listeners   = @(Get-ChildItem -Path WSMan:\localhost\Listener | ForEach-Object { @($_.Keys) -join ' ' })
        unencrypted = [string](Get-Item -Path WSMan:\localhost\Service\AllowUnencrypted).Value
        basic       = [string](Get-Item -Path WSMan:\localhost\Service\Auth\Basic).Value
        credssp     = [string](Get-Item -Path WSMan:\localhost\Service\Auth\CredSSP).Value
        binding     = [string](Get-Item -Path WSMan:\localhost\Service\Auth\CbtHardeningLevel).Value
    }
}

$sections['tls'] = {
    $protocols = @{}
    foreach ($name in 'SSL 2.0', 'SSL 3.0', 'TLS 1.0', 'TLS 1.1', 'TLS 1.2') {
        $path = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\{0}\Server' -f $name
        $protocols[$name] = Get-Value -Path $path -Name 'Enabled'
    }
    $certificates = @(Get-ChildItem -Path Cert:\LocalMachine\My | ForEach-Object {
            $trusted = $_.Verify()
            @{
                subject    = [string]$_.Subject
                friendly   = [string]$_.FriendlyName
                names      = @($_.DnsNameList | ForEach-Object { [string]$_.Unicode })
                from       = Format-Time -Moment $_.NotBefore
                until      = Format-Time -Moment $_.NotAfter
                thumbprint = [string]$_.Thumbprint
                key        = [bool]$_.HasPrivateKey
                algorithm  = [string]$_.PublicKey.Oid.FriendlyName
                bits       = [int]$_.PublicKey.Key.KeySize
                signature  = [string]$_.SignatureAlgorithm.FriendlyName
                trusted    = [bool]$trusted
            }
        })
    @{ protocols = $protocols; certificates = $certificates }
}

$sections['antivirus'] = {
    $state = Get-MpComputerStatus
    $preference = Get-MpPreference
    @{
        service    = Get-Running -Name 'WinDefend'
        enabled    = [bool]$state.AntivirusEnabled
        realtime   = [bool]$state.RealTimeProtectionEnabled
        access     = [bool]$state.OnAccessProtectionEnabled
        behaviour  = [bool]$state.BehaviorMonitorEnabled
        signatures = Format-Time -Moment $state.AntivirusSignatureLastUpdated
        quick      = Format-Time -Moment $state.QuickScanEndTime
        full       = Format-Time -Moment $state.FullScanEndTime
        excluded   = @($preference.ExclusionPath) + @($preference.ExclusionProcess) + @($preference.ExclusionExtension) |
            Where-Object { $_ } | ForEach-Object { [string]$_ }
    }
}

$sections['vpn'] = {
    $wg = Join-Path -Path $env:ProgramFiles -ChildPath 'WireGuard\wg.exe'
    $told = @{ service = Get-Running -Name 'WireGuardTunnel$wg-backbone'; port = ''; peers = @(); addresses = @() }
    if ($null -ne $told.service -and (Test-Path -LiteralPath $wg)) {
        # Never `dump`: it says the private key.
        $told.port = [string](& $wg show wg-backbone listen-port)
        $told.peers = @(& $wg show wg-backbone allowed-ips | ForEach-Object {
                $key, $addresses = $_ -split "`t"
                @{ key = $key; addresses = [string]$addresses }
            })
        $told.addresses = @(Get-NetIPAddress -InterfaceAlias 'wg-backbone' | ForEach-Object { [string]$_.IPAddress })
    }
    $told
}

$sections['database'] = {
    $told = @{ service = Get-Running -Name 'MSSQLSERVER' }
    if ($null -ne $told.service) {
        $name = Get-Value -Path 'SOFTWARE\Microsoft\Microsoft SQL Server\Instance Names\SQL' -Name 'MSSQLSERVER'
        $library = 'SOFTWARE\Microsoft\Microsoft SQL Server\{0}\MSSQLServer\SuperSocketNetLib' -f $name
        $told['forced'] = Get-Value -Path $library -Name 'ForceEncryption'
        $told['certificate'] = [string](Get-Value -Path $library -Name 'Certificate')
        $told['port'] = [string](Get-Value -Path ($library + '\Tcp\IPAll') -Name 'TcpPort')
        $answers = Get-Row -Database 'master' -Questions @{
            version  = "SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(60)) AS version, CAST(SERVERPROPERTY('IsIntegratedSecurityOnly') AS int) AS windows_only"
            database = "SELECT name, state_desc, recovery_model_desc, page_verify_option_desc, is_read_committed_snapshot_on FROM sys.databases WHERE database_id > 4"
            admins   = "SELECT p.name FROM sys.server_role_members m JOIN sys.server_principals p ON p.principal_id = m.member_principal_id WHERE m.role_principal_id = SUSER_ID('sysadmin') AND p.is_disabled = 0"
            # A restore begins another history of the same database: backups of the one that was left cannot restore it.
            backups  = "SELECT database_name, type, MAX(CONVERT(varchar(19), DATEADD(minute, DATEDIFF(minute, GETDATE(), GETUTCDATE()), backup_finish_date), 126)) AS finished, MIN(CAST(has_backup_checksums AS int)) AS checked, MIN(CASE WHEN encryptor_type IS NULL THEN 0 ELSE 1 END) AS encrypted FROM msdb.dbo.backupset WHERE backup_finish_date > DATEADD(day, -60, GETDATE()) AND (database_name <> N'backbone' OR last_recovery_fork_guid = COALESCE((SELECT r.recovery_fork_guid FROM sys.database_recovery_status r WHERE r.database_id = DB_ID(N'backbone')), (SELECT TOP (1) n.last_recovery_fork_guid FROM msdb.dbo.backupset n WHERE n.database_name = N'backbone' AND (n.is_copy_only = 0 OR n.type = 'L') ORDER BY n.backup_set_id DESC))) GROUP BY database_name, type"
            since    = "SELECT MIN(CONVERT(varchar(19), DATEADD(minute, DATEDIFF(minute, GETDATE(), GETUTCDATE()), backup_finish_date), 126)) AS [first] FROM msdb.dbo.backupset WHERE database_name = N'backbone' AND backup_finish_date > DATEADD(day, -60, GETDATE())"
            settings = "SELECT name, CAST(value_in_use AS int) AS value FROM sys.configurations WHERE name IN ('max server memory (MB)', 'remote access', 'xp_cmdshell', 'clr enabled', 'Ole Automation Procedures', 'backup checksum default')"
        }
        foreach ($question in $answers.Keys) { $told[$question] = $answers[$question] }
    }
    $told
}

$sections['data'] = {
    # What the region's database is made of and who may do what in it; names and counts, never a row.
    $told = @{ there = $false }
    if ($null -ne (Get-Running -Name 'MSSQLSERVER')) {
        $found = Get-Row -Database 'master' -Questions @{ databases = "SELECT name FROM sys.databases WHERE name = N'backbone'" }
        if (@($found['databases']).Count -gt 0) {
            $told = Get-Row -Database 'backbone' -Questions @{
                # Asked table by table: the system's own counts of rows are estimates.
                tables  = @'
DECLARE @text nvarchar(max) = N'SELECT NULL AS name WHERE 1 = 0';
SELECT @text = @text + N' UNION ALL SELECT N' + QUOTENAME(t.name, '''') + N' AS name WHERE EXISTS (SELECT 1 FROM [backbone].' + QUOTENAME(t.name) + N')'
FROM sys.tables t WHERE t.schema_id = SCHEMA_ID(N'backbone');
EXEC (@text);
'@
                columns = "SELECT SCHEMA_NAME(o.schema_id) AS place, o.name AS name, c.name AS item FROM sys.objects o JOIN sys.columns c ON c.object_id = o.object_id WHERE (o.type = 'U' AND o.schema_id = SCHEMA_ID(N'backbone')) OR (o.type = 'V' AND o.schema_id = SCHEMA_ID(N'analyst'))"
                guards  = "SELECT t.name AS name, g.definition AS definition FROM sys.check_constraints g JOIN sys.tables t ON t.object_id = g.parent_object_id WHERE t.schema_id = SCHEMA_ID(N'backbone') AND g.name = N'not_granted_' + t.name AND g.is_disabled = 0 AND g.is_not_trusted = 0"
                owners  = "SELECT s.name AS name, USER_NAME(s.principal_id) AS owner FROM sys.schemas s WHERE s.name IN (N'ref', N'backbone', N'staging', N'sync', N'analyst')"
                # Of the system's own objects, whose numbers are below nothing, everybody may read some.
                rights  = "SELECT USER_NAME(d.grantee_principal_id) AS who, LOWER(d.permission_name) AS may, LOWER(d.class_desc) AS class, COALESCE(CASE WHEN d.class = 3 THEN SCHEMA_NAME(d.major_id) WHEN d.class = 1 THEN OBJECT_SCHEMA_NAME(d.major_id) END, N'') AS place FROM sys.database_permissions d WHERE d.state IN ('G', 'W') AND d.class IN (0, 1, 3, 4) AND d.major_id >= 0"
                members = "SELECT USER_NAME(m.role_principal_id) AS role, USER_NAME(m.member_principal_id) AS name FROM sys.database_role_members m"
                # Rights on the whole server that lead to every row, past all rights in the database; roles that hold them.
                reach   = "SELECT x.who AS who, x.may AS may FROM (SELECT p.name AS who, LOWER(s.permission_name) COLLATE DATABASE_DEFAULT AS may FROM sys.server_permissions s JOIN sys.server_principals p ON p.principal_id = s.grantee_principal_id WHERE s.class = 100 AND s.state IN ('G', 'W') AND s.permission_name IN (N'CONTROL SERVER', N'SELECT ALL USER SECURABLES', N'CONNECT ANY DATABASE', N'IMPERSONATE ANY LOGIN', N'ALTER ANY LOGIN', N'ALTER ANY DATABASE') AND p.is_disabled = 0 AND p.name NOT LIKE N'##MS[_]%' UNION ALL SELECT p.name AS who, r.name COLLATE DATABASE_DEFAULT AS may FROM sys.server_role_members m JOIN sys.server_principals r ON r.principal_id = m.role_principal_id JOIN sys.server_principals p ON p.principal_id = m.member_principal_id WHERE r.name IN (N'securityadmin', N'dbcreator', N'##MS_LoginManager##', N'##MS_DatabaseManager##', N'##MS_DatabaseConnector##') AND p.is_disabled = 0 AND p.name NOT LIKE N'##MS[_]%') x"
                audits  = "SELECT a.name AS audit, COALESCE(a.predicate, N'') AS but, d.audit_action_name AS [action], d.class_desc AS class, COALESCE(CASE WHEN d.class_desc = N'SCHEMA' THEN SCHEMA_NAME(d.major_id) END, N'') AS place, USER_NAME(d.audited_principal_id) AS who, d.audited_result AS results FROM sys.server_audits a JOIN sys.dm_server_audit_status r ON r.audit_id = a.audit_id JOIN sys.database_audit_specifications s ON s.audit_guid = a.audit_guid JOIN sys.database_audit_specification_details d ON d.database_specification_id = s.database_specification_id WHERE a.is_state_enabled = 1 AND s.is_state_enabled = 1 AND UPPER(r.status_desc) = N'STARTED'"
                server  = "SELECT a.name AS audit, d.audit_action_name AS [action] FROM sys.server_audits a JOIN sys.server_audit_specifications s ON s.audit_guid = a.audit_guid JOIN sys.server_audit_specification_details d ON d.server_specification_id = s.server_specification_id WHERE a.is_state_enabled = 1 AND s.is_state_enabled = 1"
            }
            $told['there'] = $true
        }
    }
    $told
}

$sections['hardening'] = {
    $values = @{}
    foreach ($path in @(
            'SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\EnableICMPRedirect',
            'SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\DisableIPSourceRouting',
            'SYSTEM\CurrentControlSet\Services\Tcpip6\Parameters\DisableIPSourceRouting',
            'SOFTWARE\Policies\Microsoft\Windows NT\DNSClient\EnableMulticast',
            'SYSTEM\CurrentControlSet\Services\NetBT\Parameters\NoNameReleaseOnDemand',
            'SYSTEM\CurrentControlSet\Control\Lsa\LmCompatibilityLevel',
            'SYSTEM\CurrentControlSet\Control\Lsa\NoLMHash',
            'SYSTEM\CurrentControlSet\Control\SecurityProviders\WDigest\UseLogonCredential',
            'SYSTEM\CurrentControlSet\Control\Lsa\RestrictAnonymous',
            'SYSTEM\CurrentControlSet\Control\Lsa\RestrictAnonymousSAM',
            'SYSTEM\CurrentControlSet\Services\LanmanServer\Parameters\RequireSecuritySignature',
            'SYSTEM\CurrentControlSet\Services\LanmanWorkstation\Parameters\RequireSecuritySignature',
            'SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\Explorer\NoDriveTypeAutoRun',
            'SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\EnableLUA',
            'SYSTEM\CurrentControlSet\Control\Lsa\SCENoApplyLegacyAuditPolicy',
            'SYSTEM\CurrentControlSet\Control\CrashControl\CrashDumpEnabled',
            'SOFTWARE\Microsoft\Windows\Windows Error Reporting\Disabled'
        )) {
        $values[$path] = Get-Value -Path (Split-Path -Path $path -Parent) -Name (Split-Path -Path $path -Leaf)
    }
    # Only a saved policy says in numbers what is recorded, and by number which kind of event: names are in the system's
    # language. 1 success, 2 failure, 3 both.
    $file = Join-Path -Path $env:TEMP -ChildPath ('backbone-{0}.csv' -f [Guid]::NewGuid())
    $audited = @{}
    try {
        $null = & auditpol.exe /backup ('/file:' + $file)
        $names = 'Machine', 'Target', 'Subcategory', 'Number', 'Included', 'Excluded', 'Setting'
        Get-Content -LiteralPath $file | Select-Object -Skip 1 | ConvertFrom-Csv -Header $names |
            Where-Object { $_.Target -notlike 'S-1-*' -and $_.Setting -match '^\d+$' } |
            ForEach-Object { $audited[([string]$_.Number).ToUpperInvariant().Trim('{}')] = [int]$_.Setting }
    }
    finally {
        if (Test-Path -LiteralPath $file) { Remove-Item -LiteralPath $file -Force }
    }
    $services = @{}
    foreach ($name in 'Spooler', 'RemoteRegistry', 'SSDPSRV', 'upnphost', 'WebClient', 'MapsBroker', 'Fax', 'XblAuthManager', 'XblGameSave') {
        $services[$name] = Get-Running -Name $name
    }
    @{
        values   = $values
        dumps    = [bool](Test-Path -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Windows\Windows Error Reporting\LocalDumps')
        audited  = $audited
        services = $services
        shared   = @(Get-CimInstance -ClassName Win32_Printer -Filter 'Shared=True').Count
        smb1     = [bool](Get-SmbServerConfiguration).EnableSMB1Protocol
    }
}

$sections['audits'] = {
    # When the server's own newest signed report was made, and since when it has the key that it sends them with.
    $told = @{ report = $null; since = $null }
    $report = Join-Path -Path $root -ChildPath 'audits\reports\audit.dsse.json'
    $key = Join-Path -Path $root -ChildPath 'audit\client.pem'
    if (Test-Path -LiteralPath $report) { $told.report = Format-Time -Moment (Get-Item -LiteralPath $report).LastWriteTimeUtc }
    if (Test-Path -LiteralPath $key) { $told.since = Format-Time -Moment (Get-Item -LiteralPath $key).LastWriteTimeUtc }
    $told
}

$sections['sync'] = {
    # As the service wrote it of itself; it holds counts, never a row.
    $file = Join-Path -Path $root -ChildPath 'status\sync.json'
    $told = @{ status = $null }
    if (Test-Path -LiteralPath $file -PathType Leaf) { $told.status = [System.IO.File]::ReadAllText($file) }
    $told
}

$sections['grant'] = {
    # What the service itself goes by, as its own command says.
    $command = Join-Path -Path $env:ProgramFiles -ChildPath 'Backbone\bin\backbone-sync.ps1'
    $told = @{ said = $null; status = $null }
    if (Test-Path -LiteralPath $command -PathType Leaf) {
        # A word on its error output is not yet a failure.
        $ErrorActionPreference = 'Continue'
        $words = '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File', $command, 'grant', '--json'
        $told.said = [string]((& powershell.exe $words 2>$null) -join "`n")
        $told.status = [int]$LASTEXITCODE
    }
    $told
}

$sections['drill'] = {
    # Of the last restore drill, and of the last one that held: who ran it, when, and whether it held.
    $told = @{ last = $null; held = $null }
    foreach ($name in 'last', 'held') {
        $file = Join-Path -Path $root -ChildPath ('status\drill-{0}.json' -f $name)
        if (Test-Path -LiteralPath $file -PathType Leaf) { $told[$name] = [System.IO.File]::ReadAllText($file) }
    }
    $told
}

$sections['monitoring'] = {
    $files = @(Get-ChildItem -Path (Join-Path -Path $root -ChildPath 'metrics') -Filter '*.prom' -ErrorAction SilentlyContinue |
            ForEach-Object { @{ name = [string]$_.Name; at = Format-Time -Moment $_.LastWriteTimeUtc } })
    @{ service = Get-Running -Name 'windows_exporter'; files = $files }
}

$sections['ledger'] = {
    $stamps = @{}
    $files = @{}
    $started = @()
    $folder = Join-Path -Path $root -ChildPath 'stamps'
    if (Test-Path -LiteralPath $folder) {
        foreach ($file in Get-ChildItem -LiteralPath $folder -File) {
            if ($file.Name.EndsWith('.json.started')) { $started += $file.Name.Substring(0, $file.Name.Length - 13) }
            if (-not $file.Name.EndsWith('.json')) { continue }
            $text = [System.IO.File]::ReadAllText($file.FullName)
            $stamps[$file.BaseName] = $text
            try { $named = @((ConvertFrom-Json -InputObject $text).files.PSObject.Properties.Name) } catch { $named = @() }
            foreach ($path in $named) {
                if ([string]::IsNullOrEmpty($path)) { continue }
                $files[$path] = $null
                if (Test-Path -LiteralPath $path -PathType Leaf) {
                    $files[$path] = (Get-FileHash -LiteralPath $path -Algorithm SHA256).Hash.ToLowerInvariant()
                }
            }
        }
    }
    @{ stamps = $stamps; files = $files; started = $started }
}

$answer = [ordered]@{ version = 1 }
foreach ($section in $sections.Keys) {
    try { $answer[$section] = & $sections[$section] }
    catch { $answer[$section] = @{ error = [string]$_.Exception.Message } }
}
ConvertTo-Json -InputObject $answer -Depth 8 -Compress
