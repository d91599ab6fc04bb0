"""The names and attributes that resources of the templates have in the local cloud."""

from __future__ import annotations

# What `Ref` and `Fn::GetAtt` give, by resource type. `{name}` is the physical id.
_QUEUE_URL = "https://sqs.{region}.amazonaws.com/{account}/{name}"
REF = {
    "AWS::SQS::Queue": _QUEUE_URL,
    "AWS::SNS::Topic": "arn:aws:sns:{region}:{account}:{name}",
    "AWS::Serverless::LayerVersion": "arn:aws:lambda:{region}:{account}:layer:{name}:1",
}
ATTRIBUTES = {
    ("AWS::DynamoDB::Table", "Arn"): "arn:aws:dynamodb:{region}:{account}:table/{name}",
    ("AWS::S3::Bucket", "Arn"): "arn:aws:s3:::{name}",
    ("AWS::SQS::Queue", "Arn"): "arn:aws:sqs:{region}:{account}:{name}",
    ("AWS::SQS::Queue", "QueueName"): "{name}",
    ("AWS::SQS::Queue", "QueueUrl"): _QUEUE_URL,
    ("AWS::SNS::Topic", "TopicArn"): "arn:aws:sns:{region}:{account}:{name}",
    ("AWS::SNS::Topic", "TopicName"): "{name}",
    **{
        ("AWS::SES::EmailIdentity", f"DkimDNSToken{part}{number}"): form.format(number=number, name="{name}")
        for number in (1, 2, 3)
        for part, form in (("Name", "token{number}._domainkey.{name}"), ("Value", "token{number}.dkim.amazonses.com"))
    },
    ("AWS::Cognito::UserPool", "ProviderURL"): "https://cognito-idp.{region}.amazonaws.com/{name}",
    ("AWS::CloudFront::Distribution", "DomainName"): "{name}.cloudfront.net",
    ("AWS::CloudFront::Function", "FunctionMetadata.FunctionARN"): "arn:aws:cloudfront::{account}:function/{name}",
    ("AWS::ApiGatewayV2::DomainName", "RegionalDomainName"): "{name}.execute-api.{region}.amazonaws.com",
    ("AWS::KMS::Key", "Arn"): "arn:aws:kms:{region}:{account}:key/{name}",
    ("AWS::Events::Rule", "Arn"): "arn:aws:events:{region}:{account}:rule/{name}",
    ("AWS::Serverless::Function", "Arn"): "arn:aws:lambda:{region}:{account}:function:{name}",
    ("AWS::Serverless::Function", "Version.Version"): "1",  # the only one there is after a first deployment
}
# The property that names a resource, where it has one; without it the name is <stack>-<logical id>.
NAME_PROPERTY = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SES::EmailIdentity": "EmailIdentity",
    "AWS::SES::ConfigurationSet": "Name",
    "AWS::SES::ReceiptRuleSet": "RuleSetName",
    "AWS::Serverless::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::Cognito::UserPoolDomain": "Domain",
}
