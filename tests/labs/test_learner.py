"""A learner's way through the HeartBeat lab: real sandboxes, real Redis, the worker's own code; only Celery is not there."""

import uuid
from pathlib import Path

import pytest

from labs import actions, control, preparing, presenting, running
from labs.lab import catalog
from labs.models import Command

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.usefixtures("live_redis")]
SEED = """TOKEN=`curl -X PUT "http://169.254.169.254/latest/api/token" -H "X-aws-ec2-metadata-token-ttl-seconds: 21600"`
curl -H "X-aws-ec2-metadata-token: $TOKEN" http://169.254.169.254/latest/meta-data/placement/region
myRegion=$(curl -H "X-aws-ec2-metadata-token: $TOKEN" http://169.254.169.254/latest/meta-data/placement/region)
wget https://$myRegion-tcprod.s3.amazonaws.com/courses/ILT-TF-200-DEVOPS/v3.6.6.prod-698244af/lab-3-CodePipeline/bundles/CodeDeployHeartbeatDemo.zip -P CodeDeployHeartbeatDemo
cd ~/environment/CodeDeployHeartbeatDemo
aws s3api list-buckets --output text --query 'Buckets[?contains(Name,`applicationsourcebucket`)].Name'
myAppSrcBucket=$(aws s3api list-buckets --output text --query 'Buckets[?contains(Name,`applicationsourcebucket`)].Name')
aws s3 cp ~/environment/CodeDeployHeartbeatDemo/CodeDeployHeartbeatDemo.zip s3://$myAppSrcBucket/HeartBeat-App.zip"""  # noqa: E501
AFTER = ["region", "my-region", "download", "folder", "find-bucket", "my-bucket", "upload", ""]


def test_the_courses_commands_complete_the_lab(learner, woken, settings):
    settings.SANDBOX_CATALOG = Path(settings.BASE_DIR) / "labs" / "catalog"
    lab = catalog.get("heartbeat-pipeline")
    attempt = actions.start_attempt(user=learner, lab=lab, language="ko")
    preparing.prepare(attempt.pk)
    attempt.refresh_from_db()
    assert attempt.ready
    assert control.listener().listening.wait(20)
    reached = []
    for line in SEED.splitlines():
        command = actions.submit_command(attempt=attempt, line=line, key=uuid.uuid4())
        running.run(command.pk)
        command.refresh_from_db()
        assert (command.state, command.exit_status) == (Command.State.DONE, 0), bytes(command.output).decode()
        attempt.refresh_from_db()
        reached.append(attempt.step)
    assert reached == AFTER
    assert attempt.completed
    assert attempt.points == lab.points
    page = presenting.page(lab, attempt)
    assert page["track"]["complete"]
    assert page["prompt"] == "~/environment/CodeDeployHeartbeatDemo"
    assert len(page["entries"]) == len(SEED.splitlines())
