$ErrorActionPreference = 'Stop'
# The deployment fails here, and can be rolled back, when the service does not live.
$service = Get-Service -Name AWSHeartbeatService
if ($service.Status -ne 'Running') {
    throw "AWSHeartbeatService is $($service.Status)."
}
