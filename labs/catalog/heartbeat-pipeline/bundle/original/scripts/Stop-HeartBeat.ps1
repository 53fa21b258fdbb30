# ApplicationStop runs from the revision deployed before: on a host's first deployment it does not run at all.
Get-Service -Name AWSHeartbeatService -ErrorAction SilentlyContinue | Stop-Service -Force
