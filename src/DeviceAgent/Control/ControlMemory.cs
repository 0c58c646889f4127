using System.Text.Json;
using DeviceAgent.Storage;

namespace DeviceAgent.Control;

/// <summary><c>control.json</c> in the state directory. Written by one loop, read by anybody.</summary>
internal sealed class ControlMemory
{
    public const string FileName = "control.json";

    /// <summary>Far more than can come together.</summary>
    private const int MaxBytes = 1024 * 1024;

    private readonly string _path;
    private ControlRecord _record;
    private bool _isBehind;

    private ControlMemory(string path, ControlRecord record, string? problem) => (_path, _record, Problem) = (path, record, problem);

    public ControlRecord Record => Volatile.Read(ref _record);

    /// <summary>What was wrong with the file at the start; null when nothing was.</summary>
    public string? Problem { get; }

    /// <summary>What an earlier run left; a file that cannot be understood is set aside, and nothing is remembered.</summary>
    public static ControlMemory Recall(string stateDirectory)
    {
        var path = Path.Combine(stateDirectory, FileName);
        try
        {
            if (!File.Exists(path)) return new ControlMemory(path, new ControlRecord(), null);
            if (new FileInfo(path).Length > MaxBytes) throw new JsonException($"it is larger than {MaxBytes} bytes");
            return new ControlMemory(path, JsonSerializer.Deserialize(File.ReadAllBytes(path), MemoryJson.Default.ControlRecord) ?? throw new JsonException("it is empty"), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new ControlMemory(path, new ControlRecord(), $"'{path}' cannot be read ({e.Message})");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException)
        {
            return new ControlMemory(path, new ControlRecord(), $"'{path}' cannot be understood ({e.Message}); {SetAside(path)}");
        }
    }

    /// <summary>Changes the record; it is on disk when this returns.</summary>
    /// <returns>Null; or why it cannot be written, and then nothing has changed.</returns>
    public string? TryChange(Func<ControlRecord, ControlRecord> change)
    {
        var record = change(_record);
        try
        {
            PrivateFolder.Make(Path.GetDirectoryName(_path)!);
            DurableFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(record, MemoryJson.Default.ControlRecord));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"The state directory cannot be written: {e.Message}. Check its free space and its rights.";
        }

        _isBehind = false;
        Volatile.Write(ref _record, record);
        return null;
    }

    /// <summary>Changes the record in any case: what cannot be written is remembered until the agent ends.</summary>
    /// <returns>Null; or why it cannot be written, once until it can be again.</returns>
    public string? Note(Func<ControlRecord, ControlRecord> change)
    {
        if (TryChange(change) is not { } problem) return null;
        Volatile.Write(ref _record, change(_record));
        var isKnown = _isBehind;
        _isBehind = true;
        return isKnown ? null : problem;
    }

    private static string SetAside(string path)
    {
        try
        {
            for (var n = 1; ; n++)
            {
                var aside = $"{path}.corrupt-{n}";
                if (File.Exists(aside) && n < 100) continue;
                File.Move(path, aside, overwrite: true);
                return $"it is set aside as '{aside}'";
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"it cannot be set aside either ({e.Message})";
        }
    }
}
