using DeviceAgent.Testbed.Iam.Policies;

namespace DeviceAgent.Testbed.Iam;

/// <summary>A parsed policy: of IAM (identity or trust policy) or of AWS IoT, which share one language.</summary>
internal sealed class PolicyDocument
{
    private PolicyDocument(string text, IReadOnlyList<PolicyStatement> statements)
    {
        Text = text;
        Statements = statements;
    }

    /// <summary>The document as it was given.</summary>
    public string Text { get; }

    public IReadOnlyList<PolicyStatement> Statements { get; }

    /// <summary>Reads an IAM identity policy or an AWS IoT policy: what the one who holds it may do.</summary>
    /// <exception cref="PolicyFormatException">The document is not a valid policy.</exception>
    public static PolicyDocument Parse(string json) => new(json, PolicyReader.Read(json, isTrustPolicy: false));

    /// <summary>Reads the trust policy of a role: who may assume it.</summary>
    /// <exception cref="PolicyFormatException">The document is not a valid trust policy.</exception>
    public static PolicyDocument ParseTrust(string json) => new(json, PolicyReader.Read(json, isTrustPolicy: true));
}

/// <summary>A policy document that AWS would refuse. The message names the place in the document and what is wrong there.</summary>
internal sealed class PolicyFormatException(string message, Exception? inner = null) : Exception(message, inner);
