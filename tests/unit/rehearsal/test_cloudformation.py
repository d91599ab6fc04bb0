"""Templates are resolved completely, or refused in one line that says where and what."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest

from rehearsal.ses.receiving.rules import rules_of
from rehearsal.settings import ses_settings
from rehearsal.template.cloudformation import Account, Template, TemplateError
from rehearsal.template.provision import QUEUE
from rehearsal.template.stack import load_stack

REPOSITORY = Path(__file__).parents[3]
PARAMETERS = {
    "PublicUrl": "http://127.0.0.1:8000",
    "SenderDomain": "sanaharju.example",
    "CrmWebhookUrl": "http://127.0.0.1:8000/crm",
    "OidcIssuer": "http://127.0.0.1:8000/oidc",
    "OidcAudience": "console",
}


def template(tmp_path: Path, text: str, **parameters: str) -> Template:
    (tmp_path / "template.yaml").write_text(dedent(text), encoding="utf-8")
    return Template(tmp_path, "template.yaml", parameters, Account("stack", "eu-north-1", "123456789012"))


def resolved(tmp_path: Path, value: str) -> Any:
    """What a value resolves to in a template that has a parameter, a queue and a condition of each kind."""
    text = dedent("""
        Parameters: { Stage: { Type: String, Default: local } }
        Conditions:
          IsLocal: !Equals [!Ref Stage, local]
          IsCloud: !Not [{ Condition: IsLocal }]
          Both: !And [!Condition IsLocal, !Not [!Condition IsCloud]]
          Either: !Or [!Condition IsLocal, !Condition IsCloud]
        Resources:
          Queue: { Type: AWS::SQS::Queue }
          Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: !Sub "${Stage}-news" } }
        Outputs:
          Value:
            Value:
        """) + indent(value, "      ")
    return template(tmp_path, text).output("Value")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!Ref Stage", "local"),
        ("!Ref AWS::Region", "eu-north-1"),
        ("!Ref Queue", "https://sqs.eu-north-1.amazonaws.com/123456789012/stack-Queue"),
        ("!GetAtt Queue.Arn", "arn:aws:sqs:eu-north-1:123456789012:stack-Queue"),
        ("Fn::GetAtt: [Queue, QueueName]", "stack-Queue"),
        ("!Ref Topic", "arn:aws:sns:eu-north-1:123456789012:local-news"),
        ('!Sub "${Stage} ${Queue.QueueName} ${!Kept} ${AWS::AccountId}"', "local stack-Queue ${Kept} 123456789012"),
        ('!Sub ["${Who} in ${Stage}", { Who: !GetAtt Queue.QueueName }]', "stack-Queue in local"),
        ("!Join ['-', [a, !Ref Stage]]", "a-local"),
        ("!Select [1, !Split [',', 'a,b,c']]", "b"),
        ("!If [IsLocal, here, there]", "here"),
        ("!If [IsCloud, here, there]", "there"),
        ("!If [Both, yes, no]", True),
        ("!If [Either, one, none]", "one"),
        ("[a, !If [IsCloud, b, !Ref AWS::NoValue]]", ["a"]),
        ("{ a: !Ref AWS::NoValue, b: !Ref Stage }", {"b": "local"}),
    ],
)
def test_intrinsic_functions_give_what_cloudformation_gives(tmp_path: Path, value: str, expected: object) -> None:
    assert resolved(tmp_path, value) == expected


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("!Ref Missing", "Outputs.Value: Ref Missing: no such parameter or resource"),
        ("!GetAtt Missing.Arn", "Outputs.Value: GetAtt Missing.Arn: no resource Missing"),
        (
            "!GetAtt Queue.Colour",
            "Outputs.Value: GetAtt Queue.Colour: the local cloud does not know Colour of AWS::SQS::Queue",
        ),
        ("!ImportValue other", "Outputs.Value: Fn::ImportValue is not known to the local cloud"),
        ("!If [Nowhere, a, b]", "Outputs.Value: condition Nowhere is not declared"),
        ("!Select [3, [a]]", "Outputs.Value: Select 3 of 1 values"),
    ],
)
def test_what_cannot_be_resolved_is_one_line_with_file_place_and_reason(tmp_path: Path, value: str, words: str) -> None:
    with pytest.raises(TemplateError) as caught:
        resolved(tmp_path, value)
    assert str(caught.value) == f"template.yaml: {words}"


@pytest.mark.parametrize(
    ("text", "given", "words"),
    [
        ("Resources: {}", {"Stage": "x"}, "template.yaml: Parameters: Stage is given but not declared"),
        (
            "{Parameters: {Stage: {Type: String}}, Resources: {}}",
            {},
            "template.yaml: Parameters: Stage needs a value",
        ),
        (
            "{Parameters: {Url: {Type: String, AllowedPattern: 'https?://[^/]+'}}, Resources: {}}",
            {"Url": "ftp://x"},
            "template.yaml: Parameters: Url is 'ftp://x' and must match https?://[^/]+",
        ),
        (
            "{Parameters: {Stage: {Type: String, AllowedValues: [a, b]}}, Resources: {}}",
            {"Stage": "c"},
            "template.yaml: Parameters: Stage is 'c' and must be one of ['a', 'b']",
        ),
        ("Resources: [", {}, "template.yaml: line 2: not valid YAML"),
        ("Outputs: {}", {}, "template.yaml: has no Resources, so it is not a CloudFormation template"),
    ],
)
def test_a_template_that_cannot_be_used_is_one_line(
    tmp_path: Path, text: str, given: dict[str, str], words: str
) -> None:
    with pytest.raises(TemplateError) as caught:
        template(tmp_path, text + "\n", **given)
    assert str(caught.value).startswith(words)
    assert "\n" not in str(caught.value)


def test_outputs_that_need_each_other_are_refused_instead_of_running_for_ever(tmp_path: Path) -> None:
    text = "Resources:\n  Child:\n    Type: AWS::Serverless::Application\n    Properties: {properties}\n"
    looped = text.format(properties="{ Location: child.yaml, Parameters: { Name: !GetAtt Child.Outputs.Name } }")
    (tmp_path / "child.yaml").write_text(
        "Parameters: { Name: { Type: String } }\nResources: {}\nOutputs: { Name: { Value: !Ref Name } }\n"
    )
    with pytest.raises(TemplateError, match="Child: depends on itself"):
        template(tmp_path, looped).nested("Child")


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        ("Type: AWS::RDS::DBInstance", "Thing: the local cloud does not know the type AWS::RDS::DBInstance"),
        (
            "{ Type: AWS::Serverless::Function, Properties: { Handler: handle } }",
            "Thing: Handler is 'handle' and must be like folder.handler.handle",
        ),
        (
            (
                "{ Type: AWS::Serverless::Function, Properties: { Handler: a.handler.handle, "
                "Events: { E: { Type: S3 } } } }"
            ),
            "Thing.Events.E: the local cloud does not know the event type S3",
        ),
        (
            (
                "{ Type: AWS::Serverless::Function, Properties: { Handler: a.handler.handle, "
                "Events: { E: { Type: SQS, Properties: { Queue: q, FilterCriteria: {} } } } } }"
            ),
            "Thing.Events.E: the local cloud does not know FilterCriteria",
        ),
        *(
            (
                f"{{ Type: AWS::Events::Rule, Properties: {{ Targets: [{{ Id: a, Arn: b, {name}: {{}} }}] }} }}",
                f"Thing.Targets.0: the local cloud does not know {name}",
            )
            for name in ("Input", "InputPath", "InputTransformer", "SqsParameters")
        ),
    ],
)
def test_what_the_local_cloud_does_not_emulate_is_never_skipped_silently(
    tmp_path: Path, resource: str, words: str
) -> None:
    (tmp_path / "template.yaml").write_text(f"Resources:\n  Thing:\n{indent(resource, '    ')}\n")
    with pytest.raises(TemplateError) as caught:
        load_stack(tmp_path, {})
    assert str(caught.value) == f"template.yaml: {words}"


def test_globals_are_merged_into_functions_and_the_functions_own_values_win(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(
        dedent("""
        Globals: { Function: { Timeout: 9, Environment: { Variables: { A: common, B: common } } } }
        Resources:
          Own:
            Type: AWS::Serverless::Function
            Properties: { Handler: own.handler.handle, Environment: { Variables: { B: own } } }
        """)
    )
    (function,) = load_stack(tmp_path, {}).functions
    assert (function.folder, function.timeout, function.environment) == ("own", 9, {"A": "common", "B": "own"})


def test_a_queue_source_without_limits_gets_lambdas_own_and_a_disabled_one_is_none(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(
        dedent("""
        Resources:
          Reader:
            Type: AWS::Serverless::Function
            Properties:
              Handler: reader.handler.handle
              Events:
                On: { Type: SQS, Properties: { Queue: "arn:aws:sqs:eu-north-1:1:on" } }
                Off: { Type: SQS, Properties: { Queue: "arn:aws:sqs:eu-north-1:1:off", Enabled: false } }
        """)
    )
    (function,) = load_stack(tmp_path, {}).functions
    (source,) = function.queues
    assert (source.queue_name, source.batch_size, source.max_concurrency, source.reports_failures) == (
        "on",
        10,
        5,
        False,
    )


def test_the_deployed_template_is_known_completely() -> None:
    stack = load_stack(REPOSITORY, PARAMETERS)
    folders = {path.parent.name for path in (REPOSITORY / "functions").glob("*/__init__.py")} - {"newsletter"}
    assert {function.folder for function in stack.functions} == folders
    assert all(source.reports_failures for function in stack.functions for source in function.queues)
    topic = next(each for each in stack.of_type("AWS::SNS::Topic") if each.logical_id == "MailEvents")
    settings = ses_settings(stack, auto_deliver=True)
    assert settings.identities == {"sanaharju.example"}
    (destination,) = settings.configuration_sets["newsletter-local-mail"].event_topics
    assert destination.topic_arn == f"arn:aws:sns:eu-north-1:123456789012:{topic.physical_id}"
    assert {"SEND", "BOUNCE", "COMPLAINT", "DELIVERY"} <= destination.types


def test_a_rule_over_several_parameters_is_held_once_each_fits_alone(tmp_path: Path) -> None:
    text = """
    Parameters: { Login: { Type: String, AllowedValues: [own, other] }, Issuer: { Type: String, Default: "" } }
    Rules:
      Issuer:
        RuleCondition: !Equals [!Ref Login, other]
        Assertions:
          - { Assert: !Not [!Equals [!Ref Issuer, ""]], AssertDescription: Issuer is empty and must be an address }
    Resources: {}
    """
    template(tmp_path, text, Login="own")
    template(tmp_path, text, Login="other", Issuer="https://x")
    with pytest.raises(TemplateError, match="Parameters: Issuer is empty and must be an address"):
        template(tmp_path, text, Login="other")


def test_a_file_that_is_nested_several_times_makes_resources_with_names_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "queue.yaml").write_text(
        "Parameters: { Seconds: { Type: Number, Default: 0 } }\n"
        'Conditions: { Has: !Not [!Equals [!Ref Seconds, "0"]] }\n'
        "Resources: { Queue: { Type: AWS::SQS::Queue, Condition: Has, Properties: { DelaySeconds: !Ref Seconds } } }\n"
        "Outputs: { Name: { Value: !GetAtt Queue.QueueName } }\n"
    )
    nest = "{{ Type: AWS::CloudFormation::Stack, Properties: {{ TemplateURL: queue.yaml, Parameters: {{ {} }} }} }}"
    (tmp_path / "template.yaml").write_text(
        f"Resources:\n  Plan: {nest.format('Seconds: 7')}\n  Batch: {nest.format('Seconds: 8')}\n"
        f"  Nothing: {nest.format('')}\nOutputs: {{ Name: {{ Value: !GetAtt Batch.Outputs.Name }} }}\n"
    )
    stack = load_stack(tmp_path, {}, stack_name="stack")
    queues = {each.physical_id: (each.logical_id, each.properties["DelaySeconds"]) for each in stack.of_type(QUEUE)}
    assert queues == {"stack-PlanQueue": ("PlanQueue", 7), "stack-BatchQueue": ("BatchQueue", 8)}
    assert stack.outputs == {"Name": "stack-BatchQueue"}


MAPPED = """
Resources:
  Queue: {{ Type: AWS::SQS::Queue }}
  Worker:
    Type: AWS::Serverless::Function
    Properties: {{ Handler: worker.handler.handle, AutoPublishAlias: live }}
  Reader:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Worker.Alias
      EventSourceArn: !GetAtt Queue.Arn
      BatchSize: 5
      ScalingConfig: {{ MaximumConcurrency: 2 }}
      {more}
"""


def test_a_reader_of_a_queue_that_stands_by_itself_feeds_the_function_of_its_alias(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(MAPPED.format(more="FunctionResponseTypes: [ReportBatchItemFailures]"))
    (function,) = load_stack(tmp_path, {}, stack_name="stack").functions
    (source,) = function.queues
    assert (source.queue_name, source.batch_size, source.max_concurrency) == ("stack-Queue", 5, 2)
    assert source.reports_failures is True


def test_a_reader_of_a_queue_may_say_what_the_local_cloud_does_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(MAPPED.format(more="FilterCriteria: {}"))
    with pytest.raises(TemplateError, match=r"template\.yaml: Reader: the local cloud does not know FilterCriteria"):
        load_stack(tmp_path, {})


@pytest.mark.parametrize(
    "action", ["LambdaAction: { FunctionArn: arn }", "S3Action: { BucketName: b }", "StopAction: { Scope: RuleSet }"]
)
def test_a_receipt_rule_does_what_the_local_cloud_does_and_no_more(tmp_path: Path, action: str) -> None:
    rule = f"Rule: {{ Name: rule, Enabled: true, Recipients: [a.fi, .B.fi], Actions: [{{ {action} }}] }}"
    resource = f"Type: AWS::SES::ReceiptRule, Properties: {{ RuleSetName: set, {rule} }}"
    (tmp_path / "template.yaml").write_text(f"Resources:\n  Rule: {{ {resource} }}\n")
    with pytest.raises(TemplateError, match=r"template\.yaml: Rule: the local cloud knows rules of one S3Action"):
        rules_of(load_stack(tmp_path, {}))


def test_a_receipt_rule_is_for_addresses_domains_and_what_is_below_a_domain(tmp_path: Path) -> None:
    action = "S3Action: { BucketName: bucket, TopicArn: arn, ObjectKeyPrefix: in/ }"
    names = "[a.fi, .B.fi, Me@c.fi]"
    rule = f"Rule: {{ Name: rule, Enabled: true, Recipients: {names}, Actions: [{{ {action} }}] }}"
    resource = f"Type: AWS::SES::ReceiptRule, Properties: {{ RuleSetName: set, {rule} }}"
    (tmp_path / "template.yaml").write_text(f"Resources:\n  Rule: {{ {resource} }}\n")
    (made,) = rules_of(load_stack(tmp_path, {}))
    assert (made.bucket, made.prefix, made.topic_arn, made.scans) == ("bucket", "in/", "arn", False)
    matching = ["x@A.fi", "x@sub.b.fi", "me@C.fi"]
    assert made.matching([*matching, "x@sub.a.fi", "x@b.fi", "you@c.fi", "x@xa.fi"]) == matching
