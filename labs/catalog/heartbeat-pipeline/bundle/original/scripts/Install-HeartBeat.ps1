$ErrorActionPreference = 'Stop'
New-Item -ItemType Directory -Path C:\Logs -Force | Out-Null
Add-Type -Path C:\HeartBeat\HeartBeatService.cs -ReferencedAssemblies System.ServiceProcess `
    -OutputAssembly C:\HeartBeat\HeartBeatService.exe -OutputType ConsoleApplication
New-Service -Name AWSHeartbeatService -DisplayName 'AWS Heartbeat Service' `
    -Description 'Writes a line to C:\Logs\HeartBeatService.log every ten seconds.' `
    -BinaryPathName C:\HeartBeat\HeartBeatService.exe -StartupType Automatic | Out-Null
