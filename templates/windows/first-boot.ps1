# Makes a fresh Windows server reachable for provisioning: WinRM over HTTPS on port 5986, with a certificate of its own,
# for the named networks alone. Run it once on the server itself, in an elevated Windows PowerShell:
#
#   powershell.exe -ExecutionPolicy Bypass -File first-boot.ps1 -From 10.10.0.0/16
#
# It leaves no HTTP listener, no Basic login and no rule for anybody else. It may be run again: what is in order stays.
# At its end stands the certificate, which belongs beside the inventory (ansible_psrp_ca_cert), and its fingerprint,
# which is to be compared by telephone or on paper.
[CmdletBinding(SupportsShouldProcess)]
param(
    # Networks from which the controller comes.
    [Parameter(Mandatory)]
    [string[]]$From,

    # Names and addresses that the certificate bears; the server's own are always among them.
    [string[]]$Names = @(),

    # Where the certificate is written.
    [string]$Out = (Join-Path -Path $env:USERPROFILE -ChildPath 'Desktop\backbone-winrm.pem')
)

$ErrorActionPreference = 'Stop'
$identity = [System.Security.Principal.WindowsIdentity]::GetCurrent()
$principal = New-Object -TypeName System.Security.Principal.WindowsPrincipal -ArgumentList $identity
if (-not $principal.IsInRole([System.Security.Principal.WindowsBuiltInRole]::Administrator)) {
    throw 'Run this in an elevated Windows PowerShell (Run as administrator).'
}
if ($PSVersionTable.PSVersion -lt [Version]'5.1') {
    throw 'Install Windows Management Framework 5.1 first, and restart the server.'
}
$build = [int](Get-CimInstance -ClassName Win32_OperatingSystem).BuildNumber
if ($build -lt 14393) {
    throw ('Windows Server 2016 or newer is needed; this is build {0}.' -f $build)
}
foreach ($network in $From) {
    if ($network -notmatch '^[0-9a-fA-F.:]+/\d{1,3}$' -or $network -match '/0$') {
        throw ('{0} is not a network of people who administer this server.' -f $network)
    }
}

$friendly = 'Backbone remoting'
$addresses = @(Get-NetIPAddress -AddressState Preferred | Where-Object { $_.IPAddress -notmatch '^(127\.|::1|fe80)' } |
        ForEach-Object { $_.IPAddress })
$wanted = @(@($env:COMPUTERNAME) + $Names + $addresses | Select-Object -Unique)

$certificate = Get-ChildItem -Path Cert:\LocalMachine\My |
    Where-Object { $_.FriendlyName -eq $friendly -and $_.NotAfter -gt [DateTime]::Now.AddDays(30) -and $_.HasPrivateKey } |
    Sort-Object -Property NotAfter -Descending |
    Select-Object -First 1
if ($null -eq $certificate -and $PSCmdlet.ShouldProcess('certificate for ' + ($wanted -join ', '), 'make')) {
    # Addresses as addresses, names as names: a controller that knows the server by its address has to find it there.
    $alternative = @($wanted | ForEach-Object {
            $parsed = $null
            if ([System.Net.IPAddress]::TryParse($_, [ref]$parsed)) { 'IPAddress=' + $_ } else { 'DNS=' + $_ }
        }) -join '&'
    $certificate = New-SelfSignedCertificate -Subject ('CN=' + $env:COMPUTERNAME) -FriendlyName $friendly `
        -CertStoreLocation Cert:\LocalMachine\My -KeyAlgorithm RSA -KeyLength 3072 -HashAlgorithm SHA256 `
        -KeyExportPolicy NonExportable -NotAfter ([DateTime]::Now.AddYears(3)) `
        -TextExtension @('2.5.29.17={text}' + $alternative, '2.5.29.37={text}1.3.6.1.5.5.7.3.1')
}

if ($PSCmdlet.ShouldProcess('WinRM', 'HTTPS listener on 5986 and no other')) {
    Set-Service -Name WinRM -StartupType Automatic
    Start-Service -Name WinRM
    Enable-PSRemoting -SkipNetworkProfileCheck -Force | Out-Null
    $present = @(Get-ChildItem -Path WSMan:\localhost\Listener)
    $secure = @($present | Where-Object { $_.Keys -contains 'Transport=HTTPS' })
    $bound = @($secure | Where-Object {
            (Get-Item -Path ($_.PSPath + '\CertificateThumbprint')).Value -eq $certificate.Thumbprint
        })
    if ($bound.Count -eq 0) {
        foreach ($one in $secure) { Remove-Item -LiteralPath $one.PSPath -Recurse -Force }
        $null = New-Item -Path WSMan:\localhost\Listener -Transport HTTPS -Address * -Port 5986 `
            -CertificateThumbPrint $certificate.Thumbprint -Force
    }
    foreach ($one in $present | Where-Object { $_.Keys -contains 'Transport=HTTP' }) {
        Remove-Item -LiteralPath $one.PSPath -Recurse -Force
    }
    Set-Item -Path WSMan:\localhost\Service\AllowUnencrypted -Value false -Force
    Set-Item -Path WSMan:\localhost\Service\Auth\Basic -Value false -Force
    # Local administrators beside the built-in one are administrators over the network, too.
    $policy = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System'
    $null = New-ItemProperty -LiteralPath $policy -Name LocalAccountTokenFilterPolicy -Value 1 -PropertyType DWord -Force
}

if ($PSCmdlet.ShouldProcess('firewall', 'port 5986 for ' + ($From -join ', '))) {
    # The rules that Enable-PSRemoting made are for HTTP.
    Get-NetFirewallRule -Group '@FirewallAPI.dll,-30267' -ErrorAction SilentlyContinue | Disable-NetFirewallRule
    Get-NetFirewallRule -DisplayName 'Backbone first contact' -ErrorAction SilentlyContinue | Remove-NetFirewallRule
    $null = New-NetFirewallRule -DisplayName 'Backbone first contact' -Group 'Backbone' -Direction Inbound -Action Allow `
        -Profile Any -Protocol TCP -LocalPort 5986 -RemoteAddress $From
}

if ($null -ne $certificate) {
    $body = [Convert]::ToBase64String($certificate.RawData, [System.Base64FormattingOptions]::InsertLineBreaks)
    [System.IO.File]::WriteAllText($Out, "-----BEGIN CERTIFICATE-----`n" + ($body -replace "`r", '') + "`n-----END CERTIFICATE-----`n")
    $sha = [System.Security.Cryptography.SHA256]::Create()
    $fingerprint = [BitConverter]::ToString($sha.ComputeHash($certificate.RawData)) -replace '-', ':'
    Write-Output ('Certificate written to {0}' -f $Out)
    Write-Output ('SHA-256 fingerprint: {0}' -f $fingerprint)
    Write-Output 'In the inventory: ansible_connection: psrp, ansible_host, ansible_user, ansible_password (vault),'
    Write-Output 'ansible_psrp_ca_cert: the path of that file on the controller.'
}
