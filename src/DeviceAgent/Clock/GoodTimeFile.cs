using System.Text.Json;
using DeviceAgent.Storage;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Clock;

/// <summary><c>clock.json</c> in the state directory: the last time that was right.</summary>
internal sealed class GoodTimeFile(string stateDirectory, ILogger<GoodTimeFile> logger)
{
    public const string FileName = "clock.json";

    private readonly string _path = Path.Combine(stateDirectory, FileName);

    /// <summary>Null when there is none, or none that can be read.</summary>
    public GoodTime? Load()
    {
        try
        {
            return File.Exists(_path) ? JsonSerializer.Deserialize(File.ReadAllBytes(_path), GoodTimeJson.Default.GoodTime) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            logger.GoodTimeNotRead(_path, e.Message);
            return null;
        }
    }

    /// <summary>The time is right without it: what goes wrong is only logged.</summary>
    public void Save(GoodTime time)
    {
        try
        {
            DurableFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(time, GoodTimeJson.Default.GoodTime));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.GoodTimeNotSaved(_path, e.Message);
        }
    }
}
