"""Delivery, operations and watching: the lines of the operation table (operations.py says what the levels mean)."""

from __future__ import annotations

TABLE: dict[str, str] = {
    "codecommit": """
        stores: CreateRepository DeleteRepository GetRepository
    """,
    "codebuild": """
        stores: BatchGetProjects CreateProject DeleteProject ListProjects
    """,
    "codedeploy": """
        stores: BatchGetApplications CreateApplication GetApplication GetDeploymentGroup ListApplications ListDeploymentGroups
        stores: ListTagsForResource TagResource UntagResource
    """,
    "codepipeline": """
        stores: DeletePipeline GetPipeline ListPipelines ListTagsForResource TagResource UntagResource UpdatePipeline
    """,
    "codeartifact": "",
    "cloudformation": """
        stores: DescribeStackEvents DescribeStackResource DescribeStackResources DescribeStacks GetTemplate ListStackResources
        stores: ListStacks
    """,
    "ssm": """
        behaves: AddTagsToResource DeleteParameter DeleteParameters DescribeParameters GetParameter GetParameterHistory GetParameters
        behaves: GetParametersByPath LabelParameterVersion ListTagsForResource PutParameter RemoveTagsFromResource
        behaves: UnlabelParameterVersion
        stores: CreateDocument DeleteDocument DescribeDocument DescribeDocumentPermission GetDocument ListDocuments
        stores: ModifyDocumentPermission UpdateDocument UpdateDocumentDefaultVersion
    """,
    "cloudwatch": """
        behaves: GetMetricData GetMetricStatistics ListMetrics PutMetricData
        stores: DeleteDashboards DescribeAlarms DescribeAlarmsForMetric GetDashboard ListDashboards ListTagsForResource PutDashboard
        stores: TagResource UntagResource
    """,
    "logs": """
        behaves: CreateLogGroup CreateLogStream DeleteLogGroup DeleteLogStream DeleteRetentionPolicy DescribeLogGroups DescribeLogStreams
        behaves: FilterLogEvents GetLogEvents ListTagsForResource ListTagsLogGroup PutLogEvents PutRetentionPolicy TagLogGroup
        behaves: TagResource UntagLogGroup UntagResource
        stores: DeleteResourcePolicy DescribeResourcePolicies PutResourcePolicy
    """,
    "cloudtrail": """
        stores: DescribeTrails GetTrail GetTrailStatus ListTrails
    """,
    "health": "",
    "budgets": """
        stores: CreateBudget DeleteBudget DescribeBudget DescribeBudgets
    """,
}
