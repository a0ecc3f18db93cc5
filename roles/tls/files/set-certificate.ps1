# Puts a certificate in force: the leaf into the machine's own store beside its key, the authority among the
# trusted, both as PEM files beside. Older certificates of ours leave the store.
# Answers: thumbprint of the certificate in force.
[CmdletBinding(SupportsShouldProcess)]
param(
    # Leaf and chain, PEM. Empty: the certificate in force stays.
    [string]$Certificate = '',

    # The internal authority's certificate, PEM.
    [string]$Authority = '',

    [Parameter(Mandatory)]
    [string]$Directory
)

$ErrorActionPreference = 'Stop'
$Ansible.Changed = $false
$leaf = Join-Path -Path $Directory -ChildPath 'server.crt'
$trusted = Join-Path -Path $Directory -ChildPath 'authority.pem'

function Test-Text {
    param([string]$Path, [string]$Text)
    (Test-Path -LiteralPath $Path -PathType Leaf) -and ([System.IO.File]::ReadAllText($Path) -eq $Text)
}

function ConvertFrom-Pem {
    param([string]$Text)
    $found = [regex]::Match($Text, '-----BEGIN CERTIFICATE-----(?<body>[^-]+)-----END CERTIFICATE-----')
    $bytes = [Convert]::FromBase64String(($found.Groups['body'].Value -replace '\s', ''))
    New-Object -TypeName System.Security.Cryptography.X509Certificates.X509Certificate2 -ArgumentList (, $bytes)
}

if ($Authority -ne '' -and -not (Test-Text -Path $trusted -Text $Authority)) {
    $Ansible.Changed = $true
    if (-not $Ansible.CheckMode) {
        $store = New-Object -TypeName System.Security.Cryptography.X509Certificates.X509Store -ArgumentList 'Root', 'LocalMachine'
        $store.Open('ReadWrite')
        $store.Add((ConvertFrom-Pem -Text $Authority))
        $store.Close()
        [System.IO.File]::WriteAllText($trusted, $Authority)
    }
}

if ($Certificate -ne '' -and -not (Test-Text -Path $leaf -Text $Certificate)) {
    $Ansible.Changed = $true
    if (-not $Ansible.CheckMode) {
        $new = ConvertFrom-Pem -Text $Certificate
        $answer = Join-Path -Path $Directory -ChildPath 'server.cer'
        [System.IO.File]::WriteAllText($answer, $Certificate)
        & certreq.exe -q -machine -accept $answer | Out-Null
        if ($LASTEXITCODE -ne 0) { throw "certreq -accept ended with $LASTEXITCODE" }
        foreach ($old in Get-ChildItem -Path Cert:\LocalMachine\My | Where-Object { $_.FriendlyName -eq 'Backbone' }) {
            if ($old.Thumbprint -ne $new.Thumbprint) { Remove-Item -LiteralPath $old.PSPath -Force }
        }
        [System.IO.File]::WriteAllText($leaf, $Certificate)
    }
}

$thumbprint = ''
if (Test-Path -LiteralPath $leaf -PathType Leaf) {
    $thumbprint = (ConvertFrom-Pem -Text ([System.IO.File]::ReadAllText($leaf))).Thumbprint
}
$Ansible.Result = @{ thumbprint = $thumbprint }
