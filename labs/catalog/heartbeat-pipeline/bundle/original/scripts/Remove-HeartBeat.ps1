$ErrorActionPreference = 'Stop'
# A service that still runs holds its executable open, and the new one could not be copied over it.
if (Get-Service -Name AWSHeartbeatService -ErrorAction SilentlyContinue) {
    Stop-Service -Name AWSHeartbeatService -Force
    sc.exe delete AWSHeartbeatService | Out-Null
}
if (Test-Path C:\HeartBeat) {
    Remove-Item C:\HeartBeat -Recurse -Force
}
