namespace DeviceAgent.Testbed.Signing;

/// <summary>Why a signature was refused; each protocol has its own name for each of these.</summary>
internal enum SigV4FailureKind
{
    MissingAuthentication,
    IncompleteSignature,
    InvalidSignature,
    RequestExpired,
    UnknownKey,
    ExpiredToken,
}
