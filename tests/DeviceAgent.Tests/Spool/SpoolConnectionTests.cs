using DeviceAgent.Spool;
using Microsoft.Data.Sqlite;

namespace DeviceAgent.Tests.Spool;

public sealed class SpoolConnectionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("page_size", "2048")]
    [InlineData("locking_mode", "exclusive")]
    [InlineData("journal_mode", "wal")]
    [InlineData("synchronous", "2")]
    [InlineData("wal_autocheckpoint", "0")]
    [InlineData("journal_size_limit", "1048576")]
    [InlineData("cache_size", "-512")]
    [InlineData("temp_store", "2")]
    [InlineData("trusted_schema", "0")]
    public void Open_Pragma_IsInForce(string pragma, string expected)
    {
        using var connection = SpoolConnection.Open(_folder.File("spool.db"));
        Assert.Equal(expected, Query(connection, $"PRAGMA {pragma}"));
    }

    [Fact]
    public void Open_NewFile_GetsTheSchemaThatOthersRelyOn()
    {
        new SpoolFile(new SpoolStorage(_folder.File("spool.db")), new SpoolOptions()).Dispose();
        using var connection = SpoolConnection.Open(_folder.File("spool.db"));
        Assert.Equal("3", Query(connection, "PRAGMA user_version"));
        Assert.Equal("seq,critical,untimed,readings", Query(connection, "SELECT group_concat(name) FROM pragma_table_info('blocks')"));
        Assert.Equal("id,seq,ts,set_aside_at,reason,payload,class,crc", Query(connection, "SELECT group_concat(name) FROM pragma_table_info('dead_letters')"));
        Assert.Equal("name,value", Query(connection, "SELECT group_concat(name) FROM pragma_table_info('marks')"));
    }

    [Fact]
    public void Open_FolderThatCannotBeMade_SaysWhatToDo()
    {
        _folder.Write("file", "");
        var refused = Assert.Throws<SpoolException>(() => SpoolConnection.Open(_folder.File("file/state/spool.db")));
        Assert.Contains("stateDirectory", refused.Message, StringComparison.Ordinal);
    }

    private static string Query(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return $"{command.ExecuteScalar()}";
    }
}
