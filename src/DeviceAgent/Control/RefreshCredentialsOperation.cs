using System.Text.Json;
using DeviceAgent.Credentials;

namespace DeviceAgent.Control;

/// <summary><c>{"operation":"refresh-credentials"}</c>: fetches new credentials now; the old ones stay when that fails.</summary>
internal sealed class RefreshCredentialsOperation(CredentialCache credentials) : IOperation
{
    public string Name => OperationNames.RefreshCredentials;

    public IReadOnlyList<string> Arguments => [];

    public async Task<ChangeOutcome> ExecuteAsync(JsonElement arguments, IChangeProgress progress, CancellationToken cancellationToken)
    {
        progress.Reached("fetching");
        try
        {
            var before = credentials.Status.AccessKeyId;
            var fetched = await credentials.RefreshAsync(cancellationToken).ConfigureAwait(false);
            return fetched.AccessKeyId != before
                ? ChangeOutcome.Applied
                : ChangeOutcome.Rejected(ChangeCodes.TooSoon, "New credentials were asked for several times just before, and the credentials provider is not asked more often: those held stay. Ask again in a minute.");
        }
        catch (CredentialsUnavailableException e)
        {
            return ChangeOutcome.Rejected(JsonNamingPolicy.CamelCase.ConvertName(e.Failure.Kind.ToString()), $"{e.Failure.Message} Likely cause: {e.Failure.Cause}. {e.Failure.Remedy}");
        }
    }
}
