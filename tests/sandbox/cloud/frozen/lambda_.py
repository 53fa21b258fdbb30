"""A function of two versions with an alias, a layer, an address, permissions; an event source mapping to a queue."""

from __future__ import annotations

from frozen.aws import ACCOUNT, REGION, Aws, archive

SERVICE = "lambda"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:hello"
MADE = {"function": ["hello", "other"], "version": ["hello:1"], "alias": ["hello:live"], "layer-version": ["shared:1", "shared:2"],
        "event-source-mapping": ["*"], "function-url-config": ["hello"], "function-event-invoke-config": ["hello"]}  # fmt: skip
ALTERED = {"function": ["hello", "other"], "alias": ["hello:live"], "event-source-mapping": ["*"]}
REMOVED = {"function": ["other"], "layer-version": ["shared:1"], "function-url-config": ["hello"], "event-source-mapping": ["*"]}


def populate(aws: Aws) -> None:
    functions, made = aws["lambda"], aws.made
    layers = [functions.publish_layer_version(LayerName="shared", Content={"ZipFile": archive(f"# {n}")}) for n in "12"]
    usual = {"Runtime": "python3.12", "Role": made["role"], "Handler": "app.handler"}
    for name, text in (("hello", "def handler(event, context): return 1\n" * 2000), ("other", "x")):
        functions.create_function(FunctionName=name, Code={"ZipFile": archive(text)}, **usual, Tags={"k": "v"},
                                  Layers=[layers[0]["LayerVersionArn"]], Environment={"Variables": {"A": "1"}})  # fmt: skip
    made["function"] = FUNCTION
    functions.publish_version(FunctionName="hello", Description="first")
    functions.create_alias(FunctionName="hello", Name="live", FunctionVersion="1")
    functions.add_permission(FunctionName="hello", StatementId="s", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com")
    functions.put_function_concurrency(FunctionName="hello", ReservedConcurrentExecutions=5)
    functions.create_function_url_config(FunctionName="hello", AuthType="NONE")
    functions.put_function_event_invoke_config(FunctionName="hello", MaximumRetryAttempts=1)
    made["mapping"] = functions.create_event_source_mapping(FunctionName="hello", EventSourceArn=made["queue"], BatchSize=5)["UUID"]


def alter(aws: Aws) -> None:
    functions = aws["lambda"]
    functions.update_function_configuration(FunctionName="hello", Timeout=9)
    functions.tag_resource(Resource=FUNCTION.replace("hello", "other"), Tags={"k": "w"})
    functions.update_alias(FunctionName="hello", Name="live", Description="e")
    functions.update_event_source_mapping(UUID=aws.made["mapping"], BatchSize=9)


def remove(aws: Aws) -> None:
    functions = aws["lambda"]
    functions.delete_function(FunctionName="other")
    functions.delete_layer_version(LayerName="shared", VersionNumber=1)
    functions.delete_function_url_config(FunctionName="hello")
    functions.delete_event_source_mapping(UUID=aws.made["mapping"])
