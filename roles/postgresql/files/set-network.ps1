# Lets SQL Server speak over TCP with TLS alone, with the machine's own certificate, and restarts it where that is new.
[CmdletBinding(SupportsShouldProcess)]
param(
    # TCP port of the default instance.
    [Parameter(Mandatory)]
    [int]$Port,

    # The certificate in force (PEM); its key is in the machine's store.
    [Parameter(Mandatory)]
    [string]$Certificate,

    [Parameter(Mandatory)]
    [string]$Instance
)

$ErrorActionPreference = 'Stop'
$Ansible.Changed = $false
$names = 'HKLM:\SOFTWARE\Microsoft\Microsoft SQL Server\Instance Names\SQL'
if (-not (Test-Path -LiteralPath $names) -or -not (Test-Path -LiteralPath $Certificate)) {
    $Ansible.Changed = $true
    if ($Ansible.CheckMode) { return }
    throw 'SQL Server or its certificate is missing: run the stages tls and postgresql in their order'
}
$identifier = (Get-ItemProperty -LiteralPath $names).$Instance
$library = 'HKLM:\SOFTWARE\Microsoft\Microsoft SQL Server\{0}\MSSQLServer\SuperSocketNetLib' -f $identifier
$found = [regex]::Match(
    [System.IO.File]::ReadAllText($Certificate),
    '-----BEGIN CERTIFICATE-----(?<body>[^-]+)-----END CERTIFICATE-----'
)
$bytes = [Convert]::FromBase64String(($found.Groups['body'].Value -replace '\s', ''))
$leaf = New-Object -TypeName System.Security.Cryptography.X509Certificates.X509Certificate2 -ArgumentList (, $bytes)
$thumbprint = $leaf.Thumbprint.ToLowerInvariant()

$wanted = @(
    @{ path = $library; name = 'Certificate'; data = $thumbprint; kind = 'String' },
    @{ path = $library; name = 'ForceEncryption'; data = 1; kind = 'DWord' },
    @{ path = "$library\Tcp"; name = 'Enabled'; data = 1; kind = 'DWord' },
    @{ path = "$library\Np"; name = 'Enabled'; data = 0; kind = 'DWord' },
    @{ path = "$library\Tcp\IPAll"; name = 'TcpPort'; data = [string]$Port; kind = 'String' },
    @{ path = "$library\Tcp\IPAll"; name = 'TcpDynamicPorts'; data = ''; kind = 'String' }
)
foreach ($one in $wanted) {
    $present = (Get-ItemProperty -LiteralPath $one.path).($one.name)
    if ([string]$present -eq [string]$one.data) { continue }
    $Ansible.Changed = $true
    if ($Ansible.CheckMode) { continue }
    $null = New-ItemProperty -LiteralPath $one.path -Name $one.name -Value $one.data -PropertyType $one.kind -Force
}

# The service's account has to read the certificate's key.
$account = 'NT SERVICE\' + $Instance
$mine = Get-ChildItem -Path Cert:\LocalMachine\My | Where-Object { $_.Thumbprint -eq $leaf.Thumbprint }
if ($null -eq $mine) { throw 'the certificate in force is not in the machine''s store: run the stage tls again' }
$container = $mine.PrivateKey.CspKeyContainerInfo.UniqueKeyContainerName
$key = Join-Path -Path $env:ProgramData -ChildPath ('Microsoft\Crypto\RSA\MachineKeys\' + $container)
$list = Get-Acl -LiteralPath $key
if (@($list.Access | Where-Object { $_.IdentityReference.Value -eq $account }).Count -eq 0) {
    $Ansible.Changed = $true
    if (-not $Ansible.CheckMode) {
        $rule = New-Object -TypeName System.Security.AccessControl.FileSystemAccessRule -ArgumentList $account, 'Read', 'Allow'
        $list.AddAccessRule($rule)
        Set-Acl -LiteralPath $key -AclObject $list
    }
}

# Also where an earlier run was killed between the registry and the restart.
$process = Get-CimInstance -ClassName Win32_Service -Filter ("Name='{0}'" -f $Instance)
$noted = Join-Path -Path $env:ProgramData -ChildPath 'Backbone\sqlserver\restarted-with'
$before = ''
if (Test-Path -LiteralPath $noted) { $before = [System.IO.File]::ReadAllText($noted) }
$state = '{0} {1}' -f $thumbprint, $Port
if ($before -ne $state -or $process.State -ne 'Running') {
    $Ansible.Changed = $true
    if (-not $Ansible.CheckMode) {
        Restart-Service -Name $Instance -Force
        [System.IO.File]::WriteAllText($noted, $state)
    }
}
