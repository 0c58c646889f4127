namespace DeviceAgent.Credentials;

/// <summary>How a certificate's dates stand to a moment.</summary>
public enum CertificateValidity
{
    /// <summary>The moment is within them.</summary>
    Valid = 0,

    /// <summary>The moment is before the first date: often a clock that is wrong.</summary>
    NotYetValid,

    /// <summary>The moment is after the last date.</summary>
    Expired,
}
