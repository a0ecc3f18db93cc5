# Has a key in the machine's store and a request for a certificate of it; the key is made here and never leaves.
# Answers: request (PEM), present (PEM of the certificate in force, or empty).
[CmdletBinding(SupportsShouldProcess)]
param(
    # The name that the certificate bears.
    [Parameter(Mandatory)]
    [string]$Fqdn,

    # Where certificates, requests and the authority lie.
    [Parameter(Mandatory)]
    [string]$Directory
)

$ErrorActionPreference = 'Stop'
$request = Join-Path -Path $Directory -ChildPath 'server.req'
$present = Join-Path -Path $Directory -ChildPath 'server.crt'
$named = Join-Path -Path $Directory -ChildPath 'server.name'

function Read-Text {
    param([string]$Path)
    if (Test-Path -LiteralPath $Path -PathType Leaf) { return [System.IO.File]::ReadAllText($Path) }
    ''
}

$Ansible.Changed = (Read-Text -Path $request) -eq '' -or (Read-Text -Path $named) -ne $Fqdn
if ($Ansible.Changed -and -not $Ansible.CheckMode) {
    # certreq takes its wishes from a file only. RSA, because SQL Server 2016 reads no other kind.
    $wishes = Join-Path -Path $Directory -ChildPath 'server.inf'
    $lines = @(
        '[Version]',
        'Signature="$Windows NT$"',
        '[NewRequest]',
        ('Subject="CN={0}"' -f $Fqdn),
        'FriendlyName="Backbone"',
        'KeyAlgorithm=RSA',
        'KeyLength=3072',
        'HashAlgorithm=SHA256',
        'MachineKeySet=TRUE',
        'Exportable=FALSE',
        'KeySpec=1',
        'ProviderName="Microsoft RSA SChannel Cryptographic Provider"',
        'ProviderType=12',
        'RequestType=PKCS10'
    )
    [System.IO.File]::WriteAllLines($wishes, $lines)
    if (Test-Path -LiteralPath $request) { Remove-Item -LiteralPath $request -Force }
    & certreq.exe -q -new $wishes $request | Out-Null
    if ($LASTEXITCODE -ne 0) { throw "certreq -new ended with $LASTEXITCODE" }
    [System.IO.File]::WriteAllText($named, $Fqdn)
}
$text = Read-Text -Path $request
$Ansible.Result = @{
    request = $text -replace 'NEW CERTIFICATE REQUEST', 'CERTIFICATE REQUEST'
    present = Read-Text -Path $present
}
