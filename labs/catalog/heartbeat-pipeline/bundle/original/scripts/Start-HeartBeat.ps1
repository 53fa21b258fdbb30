$ErrorActionPreference = 'Stop'
Start-Service -Name AWSHeartbeatService
