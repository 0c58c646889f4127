using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Credentials.Caching;

/// <summary>What the cache itself finds wrong with its source.</summary>
internal static class CacheFailures
{
    public static CredentialFailure Unexpected(Exception exception) => new(
        CredentialFailureKind.Unexpected,
        $"The source of the credentials failed with {exception.GetType().Name}: {PrintableText.Of(exception.Message)}.",
        "a fault in this program",
        "Report it with the log around this message; it is tried again");

    public static CredentialFailure TooOld(TemporaryCredentials credentials) => new(
        CredentialFailureKind.AnswerExpired,
        $"The credentials {credentials} came with too little life left to be served ({credentials.Lifetime.TotalSeconds:0.###} s).",
        "service: an old answer, or a role alias with a very short duration",
        "It is asked again. If it lasts, raise credentialDurationSeconds of the role alias (AWS IoT: 900 s at least)");

    public static CredentialFailure TooManyRequests(TimeSpan wait) => new(
        CredentialFailureKind.RequestBudgetSpent,
        $"This program has asked for credentials too often; the next request is allowed in {Math.Ceiling(wait.TotalSeconds):0} s.",
        "a program on this device that asks for new credentials, or refuses those it got, in a loop",
        "Find out who forces the refreshes. It is asked again by itself");
}
