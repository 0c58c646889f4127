namespace DeviceAgent.Rigs.Faults;

/// <summary>Counts how often a token goes by in a stream that comes in pieces.</summary>
/// <param name="token">Must not overlap with itself.</param>
internal sealed class TokenCounter(byte[] token)
{
    private byte[] _tail = [];

    /// <summary>How often the token ends in this piece.</summary>
    public int CountIn(ReadOnlySpan<byte> piece)
    {
        ReadOnlySpan<byte> text = [.. _tail, .. piece];
        var count = text.Count(token);
        _tail = text[^Math.Min(token.Length - 1, text.Length)..].ToArray();
        return count;
    }
}
