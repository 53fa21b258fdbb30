"""What the frozen account is made of: a module a service with ``populate``, ``alter`` and ``remove``, and what each must show.

MADE, ALTERED and REMOVED are the rows that the inventory must name, kind by kind: one pattern a resource.
SHOWN is what else answers tell of: a call and, as JMESPath, the place in its answer that must hold something.
"""

ORDER = (
    "iam", "sts", "s3", "kms", "ssm", "dynamodb", "ec2", "sqs", "sns", "events", "lambda_", "logs", "cloudwatch", "apigateway",
    "apigatewayv2", "ecs", "ecr", "eks", "elbv2", "autoscaling", "route53", "codecommit", "codebuild", "codedeploy", "codepipeline",
    "cloudformation", "stepfunctions", "appmesh", "elasticbeanstalk", "secretsmanager", "acm", "cloudtrail", "servicediscovery",
    "cloudfront",
)  # fmt: skip
