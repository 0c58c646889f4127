#if !NET9_0_OR_GREATER
namespace DeviceAgent.Credentials;

/// <summary>What .NET 8 lacks: its later type of this name, as far as it is used here. The keyword <c>lock</c> takes it as it takes any object.</summary>
internal sealed class Lock
{
    public bool TryEnter() => Monitor.TryEnter(this);

    public void Exit() => Monitor.Exit(this);
}

/// <summary>What .NET 8 lacks.</summary>
internal static class Compatibility
{
    extension(Convert)
    {
        public static string ToHexStringLower(byte[] bytes) => Convert.ToHexString(bytes).ToLowerInvariant();
    }
}
#endif
