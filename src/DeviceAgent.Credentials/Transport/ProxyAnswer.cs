namespace DeviceAgent.Credentials.Transport;

/// <summary>How what listens at a proxy's address answers to CONNECT.</summary>
internal enum ProxyAnswer
{
    /// <summary>There is none, or it was not reached.</summary>
    NotAsked,

    /// <summary>Nothing yet.</summary>
    None,

    /// <summary>As it should.</summary>
    Http,

    /// <summary>With a record of TLS: it wants to be spoken to by TLS.</summary>
    Tls,

    /// <summary>With something else.</summary>
    Other,
}

/// <summary>Tells it by the first byte.</summary>
internal static class ProxyAnswers
{
    public static ProxyAnswer Of(byte first) => first switch
    {
        (byte)'H' => ProxyAnswer.Http,
        // The types of TLS records: alert and handshake.
        0x15 or 0x16 => ProxyAnswer.Tls,
        _ => ProxyAnswer.Other,
    };

    /// <summary>What is wrong with an answer that is not <see cref="ProxyAnswer.Http"/>, in words that follow the proxy's name.</summary>
    public static string Describe(ProxyAnswer answer) => answer switch
    {
        ProxyAnswer.Tls => "answers in TLS, not in HTTP: its port is one that is itself spoken to by TLS, which is not supported",
        ProxyAnswer.Other => "does not answer in HTTP",
        _ => "closed the connection without an answer to CONNECT; perhaps its port is one that is itself spoken to by TLS, which is not supported",
    };
}
