using DeviceAgent.Mqtt;

namespace DeviceAgent.Control.Cloud;

/// <summary>
/// Finds what the policy refuses without a word: in MQTT 3.1.1 AWS IoT ends the connection on which something not allowed was sent, and what may not
/// be received never comes. When the same packet has that end several times in a row, and no other, the policy is the likely cause. Thread-safe.
/// </summary>
internal sealed class SilentRefusals(TimeProvider time)
{
    /// <summary>So often in a row is no chance.</summary>
    private const int Suspicious = 3;

    /// <summary>An end later than this has another cause.</summary>
    private static readonly TimeSpan RightAfter = TimeSpan.FromSeconds(5);

    /// <summary>Not sent again for so long: it would end the connection again, under everything else.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Count> _counts = [];
    private string? _underWay;
    private string? _permission;
    private long _since;

    /// <summary>Why a packet had better not be sent; null when it may be.</summary>
    /// <param name="packet">What and where to: the same for each attempt.</param>
    public string? Of(string packet)
    {
        lock (_gate) return _counts.GetValueOrDefault(packet) is { Ends: >= Suspicious } count && time.GetElapsedTime(count.At) < Rest ? count.Problem : null;
    }

    /// <summary>It is sent now.</summary>
    /// <param name="packet">As in <see cref="Of"/>.</param>
    /// <param name="permission">What the policy must allow for it.</param>
    public void Sending(string packet, string permission)
    {
        lock (_gate) (_underWay, _permission, _since) = (packet, permission, time.GetTimestamp());
    }

    /// <summary>It has its answer.</summary>
    public void Answered(string packet)
    {
        lock (_gate)
        {
            _counts.Remove(packet);
            if (_underWay == packet) _underWay = null;
        }
    }

    /// <summary>It was taken, and no answer came.</summary>
    /// <param name="packet">As in <see cref="Of"/>.</param>
    /// <param name="permission">What the policy must allow to hear the answer.</param>
    /// <returns>What is likely the cause; null while it may be chance.</returns>
    public string? Unanswered(string packet, string permission)
    {
        lock (_gate)
        {
            _underWay = null;
            var count = _counts.GetValueOrDefault(packet) ?? new Count(0, 0, 0, "");
            count = _counts[packet] = count with { Silences = count.Silences + 1 };
            return count.Silences < Suspicious ? null
                : $"AWS IoT has taken {packet} {count.Silences} times in a row, and no answer came: most likely the certificate's IoT policy does not allow to hear it. It must allow {permission}.";
        }
    }

    /// <summary>A connection ended.</summary>
    /// <returns>What is likely the cause; null when nothing speaks for the policy.</returns>
    public string? Ended(MqttDisconnected end)
    {
        lock (_gate)
        {
            var isSilent = end.Reason == MqttDisconnectReason.ConnectionLost;
            if (!isSilent && end is not { Reason: MqttDisconnectReason.ServerDisconnected, ReasonCode: MqttReasonCode.NotAuthorized }) return null;
            if (_underWay is not { } packet || time.GetElapsedTime(_since) > RightAfter)
            {
                // The connection ends by itself, too.
                if (isSilent) _counts.Clear();
                _underWay = null;
                return null;
            }

            _underWay = null;
            var before = _counts.GetValueOrDefault(packet)?.Ends ?? 0;
            var ends = isSilent ? before + 1 : Math.Max(before + 1, Suspicious);
            var times = isSilent ? $"{ends} times in a row" : "with 'not authorized'";
            var problem = $"The connection to AWS IoT was ended right after {packet}, {times}: most likely the certificate's IoT policy does not allow it. It must allow {_permission}.";
            _counts[packet] = new Count(ends, 0, time.GetTimestamp(), problem);
            return ends >= Suspicious
                ? problem
                : $"If the connection ends right after {packet} each time, the certificate's IoT policy does not allow it: it must allow {_permission}.";
        }
    }

    /// <summary>Another certificate, which may have another policy.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _counts.Clear();
            _underWay = null;
        }
    }

    /// <param name="Ends">Connections that ended right after it, in a row.</param>
    /// <param name="Silences">Answers that did not come, in a row.</param>
    /// <param name="At">When the last connection ended.</param>
    /// <param name="Problem">In words.</param>
    private sealed record Count(int Ends, int Silences, long At, string Problem);
}
