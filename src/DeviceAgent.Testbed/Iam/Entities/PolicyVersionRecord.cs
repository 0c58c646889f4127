namespace DeviceAgent.Testbed.Iam.Entities;

/// <param name="VersionId"><c>v1</c>, <c>v2</c>, ...</param>
/// <param name="Document">The policy's JSON as it was given.</param>
/// <param name="CreateDate">When it was made.</param>
internal sealed record PolicyVersionRecord(string VersionId, string Document, DateTimeOffset CreateDate);
