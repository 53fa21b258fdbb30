"""Repositories with images under several tags, policies of both kinds, replication."""

from __future__ import annotations

import json

from frozen.aws import ACCOUNT, REGION, Aws, policy, tags

MADE = {"repository": ["shop/api", "shop/web"], "image": ["shop/web@sha256:*", "shop/web@sha256:*"], "registry-policy": ["*"],
        "replication-configuration": ["*"], "registry-scanning-configuration": ["*"]}  # fmt: skip
ALTERED = {"repository": ["shop/web"], "image": ["shop/web@sha256:*"]}
REMOVED = {"repository": ["shop/api"], "image": ["shop/web@sha256:*"], "registry-policy": ["*"]}


def manifest(layer: str) -> str:
    kind = "application/vnd.docker.distribution.manifest.v2+json"
    part = {"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": 7, "digest": f"sha256:{layer * 64}"}
    return json.dumps({"schemaVersion": 2, "mediaType": kind, "config": part, "layers": [part]})


def populate(aws: Aws) -> None:
    ecr = aws["ecr"]
    for name in ("shop/api", "shop/web"):
        ecr.create_repository(repositoryName=name, tags=tags(k="v"), imageScanningConfiguration={"scanOnPush": True})
    for tag, layer in (("v1", "a"), ("latest", "a"), ("v2", "b")):
        ecr.put_image(repositoryName="shop/web", imageManifest=manifest(layer), imageTag=tag)
    pull = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": ["ecr:BatchGetImage"]}
    ecr.set_repository_policy(repositoryName="shop/web", policyText=policy({"Sid": "s", **pull}))
    expire = {"rulePriority": 1, "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 1},
              "action": {"type": "expire"}}  # fmt: skip
    ecr.put_lifecycle_policy(repositoryName="shop/web", lifecyclePolicyText=json.dumps({"rules": [expire]}))
    replicate = {"Sid": "s", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": ["ecr:ReplicateImage"],
                 "Resource": [f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/*"]}  # fmt: skip
    ecr.put_registry_policy(policyText=policy(replicate))
    elsewhere = [{"destinations": [{"region": "us-west-2", "registryId": ACCOUNT}]}]
    ecr.put_replication_configuration(replicationConfiguration={"rules": elsewhere})
    ecr.put_registry_scanning_configuration(
        scanType="BASIC", rules=[{"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}]}]
    )


def alter(aws: Aws) -> None:
    ecr = aws["ecr"]
    ecr.put_image_tag_mutability(repositoryName="shop/web", imageTagMutability="IMMUTABLE")
    ecr.put_image(repositoryName="shop/web", imageManifest=manifest("b"), imageTag="stable")


def remove(aws: Aws) -> None:
    ecr = aws["ecr"]
    ecr.batch_delete_image(repositoryName="shop/web", imageIds=[{"imageTag": "v1"}, {"imageTag": "latest"}])
    ecr.delete_repository(repositoryName="shop/api", force=True)
    ecr.delete_registry_policy()
