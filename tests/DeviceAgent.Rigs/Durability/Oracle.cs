using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amazon.DynamoDBv2.Model;

namespace DeviceAgent.Rigs.Durability;

/// <summary>
/// Makes the readings, knows what became of each, and judges the table by that. Each reading is wholly told by its serial number and its
/// number, so any change to it shows.
/// </summary>
internal sealed class Oracle
{
    private static readonly DateTimeOffset _start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Serial, string Timestamp), long> _offered = [];
    private readonly HashSet<(string Serial, string Timestamp)> _owed = [];

    public int Offered
    {
        get
        {
            lock (_gate) return _offered.Count;
        }
    }

    /// <summary>Readings that must be in the table in the end.</summary>
    public int Owed
    {
        get
        {
            lock (_gate) return _owed.Count;
        }
    }

    /// <summary>A reading that is handed in now: it may come to the table, and must once it is <see cref="Owe"/>d. Returns its line of JSON.</summary>
    public string Offer(string serial, long number)
    {
        var timestamp = Timestamp(number);
        lock (_gate) _offered[(serial, timestamp)] = number;
        return $$"""{"serial_number":"{{serial}}","timestamp":"{{timestamp}}","number":{{number}},"proof":"{{Proof(serial, number)}}"}""";
    }

    /// <summary>It was acknowledged, or is handed in again until it is.</summary>
    public void Owe(string serial, long number)
    {
        lock (_gate) _owed.Add((serial, Timestamp(number)));
    }

    public bool IsOwed(string serial, long number)
    {
        lock (_gate) return _owed.Contains((serial, Timestamp(number)));
    }

    public Verdict Judge(IEnumerable<Dictionary<string, AttributeValue>> items)
    {
        lock (_gate)
        {
            var missing = new HashSet<(string Serial, string Timestamp)>(_owed);
            var wrong = new List<string>();
            var stored = 0;
            foreach (var item in items)
            {
                stored++;
                var key = (item["serial_number"].S, item["timestamp"].S);
                missing.Remove(key);
                if (!_offered.TryGetValue(key, out var number)) wrong.Add($"{key} is no input");
                else if (item.Count != 4 || item["number"].N != number.ToString(CultureInfo.InvariantCulture) || item["proof"].S != Proof(key.Item1, number)) wrong.Add($"{key} is changed");
            }

            return new Verdict(_offered.Count, _owed.Count, stored, [.. missing.Select(k => $"{k}").Order(StringComparer.Ordinal)], wrong);
        }
    }

    /// <summary>When the reading with this number was taken.</summary>
    public static DateTimeOffset TimeOf(long number) => _start.AddMilliseconds(number);

    private static string Timestamp(long number) => TimeOf(number).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Proof(string serial, long number) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{serial}/{number}")).AsSpan(0, 8));
}
